"""The .env file and the process's variables -> Credentials, one set per profile.

A call needs four values: the app key (one per app), the client id and the client secret (a pair
for one tenant in one environment) and the tenant id. Variables of the process win over the file.
Nothing is ever written to `os.environ`.
"""

from .address import Address
from .address import parsed as parsed_address
from .check import doubt
from .here import no_working_folder, working_folder
from .hints import hints
from .limits import USUAL, Limits, limits_of
from .models import DEFAULT, DEMO, FIELDS, HOSTS, PREFIX, Credentials, Profile, Settings, variable
from .profiles import load, of_profile, profiles
from .read import clean, nearest, of_process, settings
from .secret import Secret, Values

__all__ = [
    "DEFAULT",
    "DEMO",
    "FIELDS",
    "HOSTS",
    "PREFIX",
    "USUAL",
    "Address",
    "Credentials",
    "Limits",
    "Profile",
    "Secret",
    "Settings",
    "Values",
    "clean",
    "doubt",
    "hints",
    "limits_of",
    "load",
    "nearest",
    "no_working_folder",
    "of_process",
    "of_profile",
    "parsed_address",
    "profiles",
    "settings",
    "variable",
    "working_folder",
]
