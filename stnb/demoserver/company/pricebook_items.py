"""What the price book holds, as words and prices: services, materials, equipment."""

from __future__ import annotations

# What things sell for today, trade by trade; prices rise each January (see `level`).
SERVICES = [
    [
        ("Diagnostic visit", 99),
        ("Capacitor replacement", 289),
        ("Refrigerant charge", 385),
        ("Coil cleaning", 325),
        ("Blower motor service", 465),
        ("Tune-up", 129),
        ("Control board swap", 545),
    ],
    [
        ("System start-up", 395),
        ("Duct sealing", 480),
        ("Removal of old unit", 350),
        ("Permit handling", 240),
        ("Pad and stand", 285),
        ("Line set", 620),
        ("Crane lift", 890),
    ],
    [
        ("Drain clearing", 249),
        ("Leak location", 315),
        ("Valve replacement", 275),
        ("Water heater flush", 159),
        ("Toilet rebuild", 229),
        ("Camera inspection", 295),
        ("Pipe repair", 465),
    ],
    [
        ("Circuit tracing", 225),
        ("Breaker replacement", 265),
        ("Outlet replacement", 175),
        ("Fixture hanging", 210),
        ("Panel labelling", 145),
        ("Surge protection", 395),
        ("Load test", 185),
    ],
]


MATERIALS = [
    [
        ("Capacitor 45/5", 38),
        ("Contactor", 32),
        ("Filter 16x25", 18),
        ("Thermostat wire", 12),
        ("Drain pan", 65),
        ("Igniter", 58),
        ("Flame sensor", 42),
    ],
    [
        ("Flex duct 8 in", 85),
        ("Foil tape", 14),
        ("Plenum", 120),
        ("Register boot", 28),
        ("Float switch", 36),
        ("Disconnect box", 44),
        ("Whip 6 ft", 26),
    ],
    [
        ("Copper elbow", 6),
        ("PEX 1/2 in", 12),
        ("Wax ring", 9),
        ("Supply line", 14),
        ("Ball valve", 28),
        ("P-trap", 22),
        ("Expansion tank", 85),
    ],
    [
        ("Wire 12/2", 45),
        ("Breaker 20 A", 24),
        ("GFCI outlet", 28),
        ("Junction box", 9),
        ("Wire nut pack", 11),
        ("Conduit 3/4 in", 16),
        ("LED driver", 34),
    ],
]


EQUIPMENT = [
    [("Smart thermostat", 390), ("Air scrubber", 1150), ("Humidifier", 780)],
    [
        ("3-ton heat pump", 7400),
        ("4-ton air conditioner", 6200),
        ("80k furnace", 4300),
        ("Mini split", 3900),
    ],
    [("50 gal water heater", 1890), ("Tankless heater", 3400), ("Water softener", 2600)],
    [("200 A panel", 2450), ("EV charger 48 A", 1250), ("Whole-home surge unit", 680)],
]


BRANDS = ["Norvane", "Heliox", "Tarnbrook", "Aquilo"]


MODIFIERS = [
    ("Member discount", "Discount", "Percentage", 10.0),
    ("Adjustment", "Discount", "Fixed", 0.0),
    ("Senior discount", "Discount", "Percentage", 5.0),
    ("Online coupon", "Discount", "Fixed", 25.0),
    ("Trip fee", "Fee", "Fixed", 49.0),
    ("After-hours fee", "Fee", "Fixed", 95.0),
    ("Disposal fee", "Fee", "Fixed", 35.0),
]
