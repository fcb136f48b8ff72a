"""Words for made-up people, streets and things; none is a real name, number or address."""

from __future__ import annotations

_FIRST = """
Ada Alba Amir Anya Arlo Asha Bela Benno Bodhi Brisa Caleb Cora Cyrus Dalia Darren Delphine Devon
Edda Elio Elka Emeka Esme Fabio Farah Finn Freya Gideon Greta Hana Hector Hollis Ida Imani Ines
Isaac Ivo Jonah Joss Juno Kai Kamila Kenji Lars Leila Lena Linus Luz Mabel Malik Mara Marco Mei Milo
Nadia Nico Noor Odette Omar Orla Otis Paloma Petra Quinn Rafa Remy Rhea Rosa Rufus Sami Selma Silas
Sonja Sunil Tamsin Tariq Thea Tobias Uma Vera Viggo Wanda Wes Xenia Yara Yusuf Zora
"""
FIRST = _FIRST.split()

_LAST = """
Abelard Almquist Anselm Applewhite Ashgrove Barleycorn Bellweather Birchall Blackthorn Bramwell
Brightwater Castellane Cloudsley Coppersmith Crowhurst Dalloway Dovecote Drummond Eastlake
Elderfield Fairweather Fenwright Finchley Foxglove Garrick Glassford Goldfinch Greenhalgh Hallowell
Hartsfield Hawthorne Hazelwood Holloway Ivorsen Jessamine Kestrel Kingsbarrow Larkspur Lindqvist
Lockhart Longacre Marchbanks Meadowcroft Merriweather Millstone Nettleship Nightingale Oakenfold
Okonjo Ormerod Paddock Pemberly Pennyfeather Quillfeather Ravenscar Redfern Rosewall Sandoval
Silverlake Sparrowhawk Stillwater Stonebridge Summerhill Tanager Thistlewood Thornbury Underhill
Vandermeer Villanova Wagtail Waverly Westerfield Whitlock Windermere Wolfram Woodruff Yarrow
Zellweger
"""
LAST = _LAST.split()

_STREETS = """
Agave Aster Badger Bluestem Canyon Cedar Cholla Clover Coyote Desert Willow Driftwood Elder Fennel
Foxtail Granite Heron Ironwood Jackrabbit Juniper Kestrel Larkspur Lupine Marigold Mesquite Ocotillo
Palo Pebble Quail Ridge Sage Saltbush Sandpiper Sparrow Sunset Tamarisk Thistle Verbena Wren Yucca
"""
STREETS = _STREETS.split()
STREET_ENDS = ["St", "Ave", "Ln", "Dr", "Way", "Ct"]

# Branch, city, postal code: codes that begin with 000 are given to no place.
CITIES = [
    ("North", "Juniper Flats", "00011"),
    ("North", "Quartz Hill Station", "00012"),
    ("North", "Larkmoor", "00014"),
    ("Valley", "Palo Claro", "00021"),
    ("Valley", "Ironwood Park", "00022"),
    ("Valley", "Mirasol Grove", "00023"),
    ("Valley", "Three Wells", "00025"),
    ("West", "Copper Landing", "00031"),
    ("West", "Saltbush", "00032"),
]
# Where each of them lies, and how far it reaches: latitude, longitude, degrees.
PLACES = [
    (33.72, -112.05, 0.030),
    (33.81, -112.26, 0.020),
    (33.67, -111.87, 0.025),
    (33.47, -112.06, 0.038),
    (33.39, -111.89, 0.034),
    (33.57, -112.17, 0.030),
    (33.31, -112.09, 0.030),
    (33.46, -112.36, 0.034),
    (33.35, -112.52, 0.022),
]
STATE = "AZ"
COUNTRY = "USA"
COMPANY = "Juniper Fox Home Services"
BUSINESS = [
    "Bakery",
    "Dental",
    "Fitness",
    "Books",
    "Brewing",
    "Storage",
    "Motors",
    "Florist",
    "Preschool",
    "Lofts",
]

ADJECTIVES = [
    "North",
    "Spare",
    "Standard",
    "Priority",
    "Seasonal",
    "Weekend",
    "General",
    "Special",
    "Regional",
    "Primary",
    "Second",
    "Late",
]
SENTENCES = [
    "Customer asks for a call before arrival.",
    "Gate code is with the office.",
    "Unit on the roof; bring the long ladder.",
    "Dog in the yard, please ring twice.",
    "Checked pressures, cleaned the coil, replaced the filter.",
    "Noise from the blower since last week.",
    "Breaker trips when the dryer runs.",
    "Slow drain in the hall bathroom.",
    "Explained the options; customer will think about it.",
    "Replaced the capacitor and tested twice.",
]
