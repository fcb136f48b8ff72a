"""Jobs, appointments, job logs and projects (module jpm)."""
