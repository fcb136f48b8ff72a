"""Who is sent where: crews, zones, shifts and the board (module dispatch)."""
