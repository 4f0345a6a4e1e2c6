"""What the help desks of the demonstration begin with, before any push."""

from dataclasses import dataclass, field

from portals.models import AttachRule

Match = AttachRule.Match


@dataclass(frozen=True)
class Desk:
    """A service project: what can be asked for there, and who is let in.

    `rule` attaches organizations by their names; `customers` are let in one by one.
    """

    key: str
    name: str
    description: str
    requests: tuple[tuple[str, str], ...]
    organizations: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    rule: tuple[AttachRule.Match, str] | None = None
    announcement: str = ""
    is_open: bool = False
    customer_service_management: bool = False


@dataclass(frozen=True)
class Place:
    """What one site begins with: customers by address and name, organizations.

    `organizations` have their customers' addresses, `domains` the mail domains whose
    new customers join an organization. Who is `revoked` has lost access.
    """

    desks: tuple[Desk, ...]
    customers: dict[str, str]
    organizations: dict[str, tuple[str, ...]]
    revoked: tuple[str, ...] = ()
    domains: dict[str, tuple[str, ...]] = field(default_factory=dict)


HELP = (
    ("Get help", "Something does not work, or you do not know how."),
    ("Ask a question", "About what we do and what it costs."),
    ("Report an incident", "Something is down for many people."),
)
ORDERS = (
    ("Where is my order?", "We look it up and write back within a day."),
    ("Return something", "Within thirty days, for any reason."),
    ("Change an address", "Of a delivery that has not left yet."),
)

# The site that gets the sample customers. Three of these are pushed too and link, one
# of them as inactive; the clinic has the name of a pushed group.
SAMPLED = Place(
    desks=(
        Desk(
            key="HELP",
            name="Technical help",
            description="For client companies with a contract.",
            requests=HELP,
            organizations=("Lakeside Clinic",),
            rule=(Match.BEGINS, "harbor"),
        ),
        Desk(
            key="CARE",
            name="Customer care",
            description="Orders, deliveries and returns.",
            requests=ORDERS,
            rule=(Match.ALL, ""),
            announcement="Deliveries to the islands take two days longer this week.",
            customer_service_management=True,
        ),
        Desk(
            key="PART",
            name="Partner desk",
            description="For partners whom we know one by one.",
            requests=HELP[:2],
            customers=("ines.castro@freelance.example",),
        ),
    ),
    customers={
        "mara.lind@lakeside-clinic.example": "Mara Lind",
        "otto.reyes@lakeside-clinic.example": "Otto R.",
        "ines.castro@freelance.example": "Ines Castro",
        "paul.brandt@lakeside-clinic.example": "Paul Brandt",
        "zofia.nunes@tern-logistics.example": "Zofia Nunes",
        "hugo.stamm@freelance.example": "Hugo Stamm",
    },
    revoked=("hugo.stamm@freelance.example",),
    organizations={
        "Lakeside Clinic": (
            "mara.lind@lakeside-clinic.example",
            "paul.brandt@lakeside-clinic.example",
        ),
        "Friends of the house": ("ines.castro@freelance.example",),
    },
)

# The site whose customer directory waits for a first push.
WAITING = Place(
    desks=(
        Desk(
            key="DESK",
            name="Help desk",
            description="For everybody who uses our software.",
            requests=HELP,
            organizations=("Willow School",),
            announcement="We answer from Monday to Friday, 8 to 18 o'clock.",
        ),
        Desk(
            key="STORE",
            name="Store support",
            description="Orders and deliveries of shops.",
            requests=ORDERS,
            rule=(Match.BEGINS, "partner"),
            customer_service_management=True,
        ),
        Desk(
            key="FAQ",
            name="Questions and answers",
            description="Open to every customer.",
            requests=HELP[1:2],
            is_open=True,
        ),
    ),
    customers={
        "rosa.klein@willow-school.example": "Rosa Klein",
        "ben.archer@willow-school.example": "Ben Archer",
        "lucia.mendes@freelance.example": "Lucia Mendes",
    },
    organizations={
        "Willow School": (
            "rosa.klein@willow-school.example",
            "ben.archer@willow-school.example",
        ),
        "Orchard Foods": (),
    },
    domains={"Willow School": ("willow-school.example",)},
)
