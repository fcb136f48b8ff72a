"""What a notebook holds: an account, its resources, and the links between them; and what is believed
of the API, which `facts` tries.

Start with `resource.py`: what `st.jpm.jobs` is. `account.py` is `st` itself,
and `connecting.py` makes it from credentials.
"""
