"""The map of a resource: right as data, readable as text, and a picture that is drawn well for
every resource.
"""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import pytest

import stnb
from stnb.account.links.map import neighbourhood
from stnb.account.links.neighbours import MOST
from stnb.account.links.rules import links, links_of
from stnb.account.links.svg import DASHES, HIGH, WIDE
from stnb.catalog import Catalog, load

pytestmark = pytest.mark.usefixtures("small_demo")

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def picture(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def boxes(svg: str) -> list[tuple[float, float]]:
    """The left upper corner of every box."""
    found = [r for r in picture(svg).iter(f"{SVG}rect") if "box" in r.get("class", "")]
    return [(float(r.get("x", "")), float(r.get("y", ""))) for r in found]


# -- as data


def test_one_step_is_what_the_links_say(catalog: Catalog) -> None:
    """At depth 1 the nodes are the links' targets and sources, and the edges have their columns."""
    hood = neighbourhood(catalog, "jpm.jobs")
    out, into = links(catalog, "jpm.jobs"), links(catalog, "jpm.jobs", incoming=True)
    nodes = hood.nodes.set_index("resource")["side"]

    assert set(nodes.index) == {"jpm.jobs", *out["leads to"], *into["resource"]}
    assert nodes["jpm.jobs"] == "itself"
    assert nodes["crm.customers"] == "leads to"
    assert nodes["accounting.inventory_bills"] == "led from"
    edges = hood.edges.set_index(["from", "to"])
    assert (
        edges.loc[("jpm.jobs", "jpm.appointments"), "columns"]
        == "firstAppointmentId, lastAppointmentId"
    )
    assert edges.loc[("jpm.jobs", "settings.technicians"), "by"] == "userId, id"
    assert edges.loc[("jpm.jobs", "telecom.calls"), "how"] == "open"
    assert edges.loc[("accounting.invoices", "jpm.jobs"), "columns"] == "job.id"
    assert edges.loc[("jpm.jobs", "jpm.jobs"), "columns"].startswith("recallForId, warrantyId")
    bills = neighbourhood(catalog, "accounting.invoices").edges.set_index(["from", "to"])
    assert bills.loc[("accounting.invoices", "accounting.invoices"), "how"] == "by name"
    assert (
        "userId" not in repr(neighbourhood(catalog, "settings.employees")).split("\n")[0]
    )  # it is the row's own


def test_two_steps_hold_each_resource_once(catalog: Catalog) -> None:
    """Each resource stands at the distance at which it is first come to, and every edge goes from
    one level to the next.
    """
    hood = neighbourhood(catalog, "jpm.jobs", depth=2)
    flat = [name for level in hood.levels for name in level]

    assert len(flat) == len(set(flat))
    assert "accounting.payment_terms" in hood.levels[2]
    assert all(
        any(
            e.source in a and e.target in b
            for a, b in zip(hood.levels, hood.levels[1:], strict=False)
        )
        for e in hood.out
    )
    assert hood.levels[:2] == neighbourhood(catalog, "jpm.jobs").levels


def test_the_most_useful_come_first(catalog: Catalog) -> None:
    """Of the many that lead to jobs, those are shown that most others lead to, and what is below
    jobs is not.
    """
    shown = [e.source for e in neighbourhood(catalog, "jpm.jobs").shown]

    assert len(shown) == MOST
    assert {
        "accounting.invoices",
        "jpm.appointments",
        "sales.estimates",
        "inventory.purchase_orders",
    } <= set(shown)
    assert not any(name.startswith("jpm.jobs.") for name in shown)


@pytest.mark.parametrize("depth", [0, 4, True, "2", 1.5])
def test_a_depth_that_does_not_fit(catalog: Catalog, depth: object) -> None:
    """The depth is 1, 2 or 3; anything else, and an unknown resource, is an error."""
    with pytest.raises(stnb.BadFilter, match="whole number from 1 to 3"):
        neighbourhood(catalog, "jpm.jobs", depth)  # type: ignore[arg-type]
    with pytest.raises(stnb.UnknownResource):
        neighbourhood(catalog, "jpm.jobz")


# -- as text


def test_the_tree(catalog: Catalog) -> None:
    """The repr is a tree: what it leads to with the columns, below that the next step, and what
    leads here, the rest counted.
    """
    text = repr(neighbourhood(catalog, "jpm.jobs", depth=2))
    lines = text.split("\n")

    assert lines[0] == "jpm.jobs  (itself by recallForId, warrantyId, jobGeneratedLeadSource.jobId)"
    assert re.search(r"^│  ├─ crm\.customers +customerId$", text, re.M)
    assert re.search(r"^│  │  └─ accounting\.payment_terms +paymentTermId$", text, re.M)
    assert re.search(r"settings\.technicians +createdById → userId, soldById$", text, re.M)
    assert re.search(r"telecom\.calls +leadCallId, partnerLeadCallId · open$", text, re.M)
    assert re.fullmatch(r"   └─ \+ \d+ more", lines[-1])
    assert repr(neighbourhood(catalog, "dispatch.teams")) == "dispatch.teams\n└─ leads nowhere"
    assert "├─ leads nowhere" in repr(neighbourhood(catalog, "settings.tag_types"))


def test_the_tree_holds_every_resource(catalog: Catalog) -> None:
    """In the text of any resource at depth 3 every one that it leads to stands once."""
    for endpoint in catalog:
        hood = neighbourhood(catalog, endpoint.name, depth=3)
        text = repr(hood).split("led to from")[0]
        for name in (n for level in hood.levels[1:] for n in level):
            assert len(re.findall(rf"─ {re.escape(name)} ", text)) == 1, (endpoint.name, name)


# -- as a picture


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.long
def test_no_two_boxes_overlap(catalog: Catalog, depth: int) -> None:
    """For every resource the picture is well-formed, and its boxes lie within it and apart from
    each other.
    """
    for endpoint in catalog:
        hood = neighbourhood(catalog, endpoint.name, depth)
        svg = hood._repr_svg_()
        wide, high = (float(picture(svg).get(side, "")) for side in ("width", "height"))
        columns: dict[float, list[float]] = {}
        for x, y in boxes(svg):
            assert 0 <= x <= wide - WIDE, endpoint.name
            assert 0 <= y <= high - HIGH, endpoint.name
            columns.setdefault(x, []).append(y)
        assert all(b - a >= HIGH for ys in columns.values() for a, b in itertools.pairwise(ys)), (
            endpoint.name
        )
        assert all(b - a >= WIDE for a, b in itertools.pairwise(sorted(columns))), endpoint.name
        assert len(boxes(svg)) == sum(map(len, hood.levels)) + len(hood.shown) + (
            len(hood.into) > MOST
        ), endpoint.name


def test_every_box_says_all_when_the_mouse_rests_on_it(catalog: Catalog) -> None:
    """A box shows the resource's name and the columns, cut where they are long; its title has them
    whole.
    """
    root = picture(neighbourhood(catalog, "jpm.jobs")._repr_svg_())
    groups = {
        g.find(f"{SVG}title").text: [t.text for t in g.iter(f"{SVG}text")]
        for g in root.iter(f"{SVG}g")
    }  # type: ignore[union-attr]
    by_name = {str(title).split("\n")[0]: (title, shown) for title, shown in groups.items()}

    for link in links_of(catalog["jpm.jobs"]):
        for target in link.targets:
            if target.resource != "jpm.jobs":
                assert any(
                    f"jpm.jobs: {link.column} → {target.resource}.{target.by}" in str(t)
                    for t in groups
                ), link
    assert by_name["crm.customers"][1] == ["customers", "customerId"]
    assert all(len(text or "") <= 34 for shown in groups.values() for text in shown)
    assert any((text or "").endswith("…") for shown in groups.values() for text in shown)


def test_lines_tell_how_sure_a_link_is(catalog: Catalog) -> None:
    """Documented links are whole lines, those by name dashed and open ones dotted, as the legend
    says.
    """
    svg = neighbourhood(catalog, "jpm.jobs")._repr_svg_()
    hood = neighbourhood(catalog, "jpm.jobs")
    drawn = [
        p.get("stroke-dasharray", "")
        for p in picture(svg).iter(f"{SVG}path")
        if "C" in p.get("d", "")
    ]

    for how, dash in DASHES.items():
        assert drawn.count(dash) == sum(e.how == how for e in (*hood.out, *hood.shown)), how
        assert f">{how}</text>" in svg
    assert "documented" not in neighbourhood(catalog, "dispatch.teams")._repr_svg_()


def test_colours_are_the_theme_s(catalog: Catalog) -> None:
    """Text and ground take the notebook theme's colours, elsewhere those of a light or a dark page;
    nothing is loaded.
    """
    html = neighbourhood(catalog, "jpm.jobs")._repr_html_()

    assert "var(--jp-ui-font-color1" in html
    assert "light-dark(" in html
    assert html.startswith('<div style="overflow-x:auto')
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<script|url\(|@import", html)
    assert not re.search(r'(fill|stroke)="(#|black|white)', html)
