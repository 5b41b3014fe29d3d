"""Charts and maps for the printed report: altair, rendered on the server to SVG without JavaScript."""

import altair as alt
import vl_convert

from bansos.outlines import boundaries

FONT = "Libertinus Serif"  # typst carries it, so a report looks the same on every machine
SHADES = ["#d6e8e1", "#a3cdc0", "#559b8a", "#0f5c4d"]


def bars(rows: list[tuple[str, int]], *, width: int = 300) -> str:
    """Returns horizontal bars, the longest first, each with its number, as SVG."""
    data = [{"place": name, "value": value, "text": f"{value:,}".replace(",", ".")} for name, value in rows]
    base = alt.Chart(alt.Data(values=data)).encode(
        y=alt.Y("place:N", sort="-x", title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=150)),
        x=alt.X("value:Q", axis=None),
    )
    chart = base.mark_bar(color=SHADES[3], cornerRadius=2, height=9) + base.mark_text(
        align="left", dx=4, fontSize=11
    ).encode(text="text:N")
    return _svg(chart.properties(width=width, height=alt.Step(17)))


def months(rows: list[tuple[str, int]], *, width: int = 300) -> str:
    """Returns one column a month as SVG; `rows` hold the month's short name and its number, in order."""
    data = [{"n": n, "month": name, "value": value} for n, (name, value) in enumerate(rows)]
    top = max(4, *(value for _name, value in rows))
    axis = alt.Axis(tickCount=4, domain=False, ticks=False, format="d")
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_bar(color=SHADES[2], cornerRadius=2)
        .encode(
            x=alt.X("month:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, ticks=False)),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, top]), axis=axis),
        )
    )
    return _svg(chart.properties(width=width, height=120))


def area(values: dict[str, int], *, width: int = 300, height: int = 210) -> str:
    """Returns the map of the kelurahan, darker where `values` (by code) are higher, as SVG."""
    features = [
        feature | {"properties": feature["properties"] | {"value": values.get(feature["id"], 0)}}
        for feature in boundaries()["features"]
    ]
    labels = [
        {
            "name": feature["properties"]["name"].split(" "),
            "value": f"{feature['properties']['value']:,}".replace(",", "."),
            "lon": feature["properties"]["centroid"][0],
            "lat": feature["properties"]["centroid"][1],
            "dark": feature["properties"]["value"] * 2 > max(1, *values.values()),
        }
        for feature in features
    ]
    scale = alt.Scale(range=[SHADES[0], SHADES[3]], domain=[0, max(1, *values.values())])
    shapes = (
        alt.Chart(alt.Data(values={"type": "FeatureCollection", "features": features}, format=_FEATURES))
        .mark_geoshape(stroke="#ffffff", strokeWidth=1.5)
        .encode(color=alt.Color("properties.value:Q", scale=scale, legend=None))
    )
    ink = alt.condition("datum.dark", alt.value("#ffffff"), alt.value("#1a1c1e"))
    text = alt.Chart(alt.Data(values=labels)).encode(longitude="lon:Q", latitude="lat:Q", color=ink)
    layers = [shapes, text.mark_text(dy=-12, fontSize=8, lineHeight=8).encode(text="name:N")]
    layers.append(text.mark_text(dy=9, fontSize=11, fontWeight="bold").encode(text="value:N"))
    return _svg(alt.layer(*layers).project("mercator").properties(width=width, height=height))


_FEATURES = alt.DataFormat(property="features", type="json")


def _svg(chart) -> str:
    """Returns a chart as SVG in the report's font."""
    chart = chart.configure(font=FONT, background="transparent").configure_view(stroke=None)
    return vl_convert.vegalite_to_svg(chart.configure_axis(grid=False, labelFontSize=11).to_dict())
