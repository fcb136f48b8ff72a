"""Where the four values come from: the steps for each kind of person and each environment, as data.

A label of ServiceTitan's pages is between two stars: **My Apps**.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

WHO = {
    "developer": (
        "App developer",
        "You make the app: for your own company, or for customers of yours.",
    ),
    "admin": (
        "Tenant admin",
        "You run the ServiceTitan account that is to be read, and connect apps to it.",
    ),
    "plain": (
        "Developer without a customer",
        "You have a developer's account with ServiceTitan, and nobody's data yet.",
    ),
}
ENVIRONMENTS = {
    "integration": ("Integration", "For trying things out: demo data, or a copy of production."),
    "production": ("Production", "The tenant's real data. stnb only reads it."),
    "demo": (
        "Demo, for practice",
        "A made-up tenant in this process. Nothing is sent to ServiceTitan.",
    ),
}


@dataclass(frozen=True)
class Guide:
    """What to do in one case.

    Attributes:
        steps: in order.
        notes: what else one should know.
        open: False if this way leads to no credentials; the steps then say what does.
    """

    steps: tuple[str, ...]
    notes: tuple[str, ...]
    open: bool = True

    def as_dict(self) -> dict[str, Any]:
        """The guide as plain data, for the page."""
        return asdict(self)


def guide(who: str, environment: str) -> Guide:
    """The steps for a kind of person in an environment.

    Example:
        >>> guide("admin", "production").steps[1]
        'Open **Settings** > **Integrations** > **API Application Access**. The number at the top
        right is the Tenant ID.'
    """
    if environment == "demo":
        return Guide(DEMO_STEPS, DEMO_NOTES)
    if (who, environment) == ("plain", "production"):
        return Guide(NO_PRODUCTION, (APP_KEY_SERVES_ALL, *CHANGES), open=False)
    label = ENVIRONMENTS[environment][0]
    steps = tuple(step.format(environment=label) for step in STEPS[who])
    notes: tuple[str, ...] = NOTES[who]
    if (who, environment) == ("developer", "production"):
        notes = (*notes, APPROVAL)
    return Guide(steps, (*notes, *CHANGES))


# By the kind of person; {environment} is filled in. The wording of labels is that of the pages of
# ServiceTitan and of its developer portal.
STEPS = {
    "developer": (
        "Sign in to the developer portal, developer.servicetitan.io, as a user of an Integration "
        "or Production account. Logins of Enterprise Hub and of the Partner Portal do not work "
        "there.",
        "Open **My Apps** and your app, or make one: it asks for a name, the organization, a home "
        "page, the tenant IDs that may connect, and scopes. **View** is enough for stnb. The App "
        "Key (ak1.…) stands on the app's page.",
        "Look whether the tenant's ID is among the app's tenant IDs. Only then does its admin find "
        "the app in the list.",
        "Have the app set to **I, the app developer, will configure the credentials on behalf of "
        "each tenant**. Whoever makes an app for others must do it this way.",
        "Ask the tenant's admin, in {environment}: **Settings** > **Integrations** > **API "
        "Application Access** > **Connect New App** > your app > **Allow**. The number at the top "
        "right of that page is the Tenant ID.",
        "Back in **My Apps**, open **View Connections**. **Not Connected Yet** means that the "
        "admin has yet to press **Allow**. Then press **Generate** in the line of this tenant, and "
        "copy the Client ID (cid.…) and the Client Secret (cs1.…) at once.",
    ),
    "admin": (
        "Sign in to the {environment} account of ServiceTitan as a user with the permission "
        "**Manage API Application Access**.",
        "Open **Settings** > **Integrations** > **API Application Access**. The number at the top "
        "right is the Tenant ID.",
        "Press **Connect New App** and choose the app. If it is not in the list, its developer has "
        "yet to add your Tenant ID to it.",
        "Read which scopes it asks for, and press **Allow**.",
        "Copy the Client ID (cid.…) and the Client Secret (cs1.…) that appear. If none appear, the "
        "app is set so that its developer makes them: ask the developer to press **Generate** in "
        "**View Connections**.",
        "Ask the app's developer for the App Key (ak1.…): it belongs to the app and is not shown "
        "to you. If the app is your own company's, it is in the developer portal under **My "
        "Apps**; the permission for that is **Generate API Application Key**.",
    ),
    "plain": (
        "Sign in to the developer portal, developer.servicetitan.io, with your Integration user.",
        "Open **My Apps** and make an app: a name, the organization, a home page, the ID of your "
        "Integration tenant, and scopes; **View** is enough for stnb. The App Key (ak1.…) stands "
        "on the app's page.",
        "Sign in to your Integration account, where you are the admin yourself: **Settings** > "
        "**Integrations** > **API Application Access**. The number at the top right is the Tenant "
        "ID.",
        "Press **Connect New App**, choose your app, and press **Allow**.",
        "Copy the Client ID (cid.…) and the Client Secret (cs1.…) that appear; or, where the app "
        "is set so that its developer makes them, in **My Apps** > **View Connections** > "
        "**Generate**.",
    ),
}
# Production credentials come from a customer's tenant.
NO_PRODUCTION = (
    "There are no production credentials to be had this way: they come from a customer's tenant, "
    "and an account without a customer has Integration only.",
    "Choose Integration now. Everything works the same there, and the App Key stays the same "
    "later.",
    "With a customer: add its tenant ID to the app in **My Apps**, and have its admin press "
    "**Connect New App** and **Allow** in Production. Then come back as App developer.",
)
DEMO_STEPS = (
    "Nothing to fetch: the demo's four values are public and open nothing but the demo.",
    "Fill them in. Or put a wrong one in on purpose, and see what a refusal looks like.",
    "Try them. The demo answers as ServiceTitan would, from within this process.",
)
DEMO_NOTES = (
    'For reading demo data no values are needed at all: stnb.connect("demo").',
    "Real secrets do not belong here, though they would be sent nowhere.",
)
ONE_PAIR = (
    "Client ID and Client Secret are a pair for one tenant in one environment: three tenants, "
    "three pairs."
)
APP_KEY_SERVES_ALL = (
    "The App Key belongs to the app. It is the same for every tenant and in both environments."
)
APPROVAL = (
    "An app for more than one customer needs a one-time approval by ServiceTitan before "
    "production, which takes some business days."
)
HAND_OVER = (
    "If somebody else will use the pair, hand it over by a password manager or an encrypted "
    "message, id and secret apart. Not by mail, chat or ticket."
)
MENU = (
    "The menu may read **Integrations** > **API Application Access** or **Settings** > "
    "**Integrations** > **API Application Access**: it is the same page."
)
ZAPIER = (
    "Zapier needs the Client ID and the Client Secret from the admin alone; stnb needs the App "
    "Key too."
)
EXISTING = (
    "To change an app that is there, its tenant IDs or its scopes: **My Apps**, the app, "
    "**Edit**, then **Save**. Your tenants see scopes that changed as a new version."
)
SECRETS_PAGE = (
    "Where the app's page has **Client Credentials Management**, it is there that you say who "
    "makes the secret: the tenant's admin, or you."
)
DECLINE = (
    "**Decline** gives the app nothing: without a version that was allowed before there are no "
    "credentials, and otherwise the old version stays in force."
)
CHANGES = (
    "**Generate** again, or a reset, makes a new secret and ends the old one: every program that "
    "uses it needs the new one.",
    "Other scopes are a new version of the app. They count for a tenant once its admin presses "
    "**Upgrade to New Version** and **Allow**; the pair stays. Before that the admin's page says "
    "**New Version Available**; in its list of scopes, green was added, struck out was removed.",
    "**Disable**, then **Confirm and Continue**, pauses the app's access to a tenant. It can be "
    "undone, and the pair stays.",
)
NOTES = {
    "developer": (ONE_PAIR, APP_KEY_SERVES_ALL, SECRETS_PAGE, EXISTING, MENU, DECLINE),
    "admin": (HAND_OVER, ONE_PAIR, MENU, DECLINE, ZAPIER),
    "plain": (
        "An account without a customer has credentials for Integration only.",
        ONE_PAIR,
        EXISTING,
        MENU,
    ),
}
