"""What a notebook holds: an account, its resources, and the links between them.

Start with `resource.py`: what `st.jpm.jobs` is. `account.py` is `st` itself, `connecting.py` makes
it from credentials, and `facts` tries what is believed of the API.
"""
