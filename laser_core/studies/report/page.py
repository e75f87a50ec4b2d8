"""The report of a study: one HTML file that opens offline and asks nothing of anybody.

It has no script and no address in it; charts are SVG, and every CSV lies inside as a download.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import fields
from html import escape

from laser_core.analysis.comparison import Curve
from laser_core.basics.sentences import list_of
from laser_core.config import ExperimentConfig
from laser_core.strategies import STRATEGIES
from laser_core.studies.cells import Line, Part, Place, Study
from laser_core.studies.report.differences import config_of, differences
from laser_core.studies.report.results import (
    READINGS,
    Results,
    Standing,
    ceiling_of,
    curve_of,
    level_lines,
    standings,
)
from laser_core.studies.report.svg import STYLE, Drawn, Limit, line_chart
from laser_core.studies.report.tables import SECONDS, file_name, lines_of, part_rows, places_of

LEVEL_STROKES = ("2 3", "1 4", "6 2 1 2", "8 3", "3 6")
OURS = ("laser", "gated")  # drawn thick
USUAL = {field.name: field.default for field in fields(ExperimentConfig)}
SAYS = {
    "accuracy": "Accuracy: of the classifier, on test pictures of the relevant classes; in grey, "
    "what names them without a label.",
    "precision": "Precision: the relevant share of each batch; in grey, the best that a selector "
    "which never errs could have.",
    "recall": "Recall: the share of the pool's relevant pictures that is labeled.",
    "recall without given": "Labels that were given before the first query do not count.",
    "delta": "Delta of Eq. (5), the detector's share.",
    "rounds": "Mean and standard deviation by round.",
    "recall by round": "Mean and standard deviation by round.",
    "final": "Accuracy after the last round, beside what names the same pictures without a label: "
    "raw cosines with names or sentences (with neighbours: each picture with the nearest of the "
    "pool), the anchored head before its first label, and a vision chat model where one was "
    "asked. Ahead: how much the first line is ahead of a row; low and high: Wilson's 95% interval "
    "where a sample was asked about.",
    "ranks": "Ranks: 1 is the best; labels to 90%: labels paid until the accuracy is 90% of what "
    "all labels of the pool give.",
}
PAGE_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);margin:0 auto;
max-width:1240px;padding:1.5rem}
h1{margin:.2rem 0 .4rem;font-size:1.7rem}h2{margin:2.4rem 0 .3rem;font-size:1.3rem}
h3{margin:1rem 0 .2rem;font-size:1rem}p{margin:.3rem 0 .6rem}
.soft{color:var(--soft)}.box{background:var(--box);border:1px solid var(--rule);border-radius:8px;
padding:.8rem 1.1rem;margin:.8rem 0}.box ul{margin:.3rem 0;padding-left:1.2rem}
.grid{display:grid;gap:1rem 1.4rem;
grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr))}figure svg{max-width:660px}
figure{margin:0;min-width:0}figcaption{font-size:.86rem}
figure svg{width:100%;height:auto;display:block}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.86rem}
table{font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th:first-child,td:first-child{text-align:left}th.text,td.text{text-align:left;white-space:normal}
th{font-weight:600}tr.ours td:first-child{font-weight:700}
details{margin:.3rem 0 .6rem}summary{cursor:pointer;color:var(--soft)}
a{color:var(--c0)}nav a{margin-right:1rem}
@media print{details{display:none}body{max-width:none}}
"""


def report_html(results: Results, tables: Mapping[str, str]) -> str:
    """The text of `report.html`.

    Args:
        results: of the study.
        tables: file name -> text of its CSVs; each lies in the report as a download.
    """
    study = results.study
    title = f"Study {study.name}"
    body = [
        f"<h1>{escape(title)}</h1>", _what_was_run(results), _box(
            "What is not like the paper", differences(results)
        ), _troubles(results), _contents(study),
        *(_part(results, part, tables) for part in study.parts),
        _time(results, tables), _lines(results), _downloads(tables),
    ]  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{STYLE}{PAGE_STYLE}</style></head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body></html>\n"
    )


# ---- the first screen


def _what_was_run(results: Results) -> str:
    study = results.study
    configs = [config_of(result, study) for result in results.cells]
    learners = sorted({config.learner for config in configs if config})
    rounds = sorted({c.rounds for r, c in zip(results.cells, configs, strict=True)
                     if c and not r.cell.line.whole})  # fmt: skip
    models = sorted({r.run.models for r in results.cells if r.run and all(r.run.models)})
    done, total = results.count("finished"), len(results.cells)
    rest = [
        f"{results.count(state)} {word}"
        for state, word in (
            ("running", "under way"), ("waiting", "not begun"), ("failed", "failed"),
            ("unavailable", "not available"),
        )
        if results.count(state)
    ]  # fmt: skip
    lines = [line for line in study.lines if line.available and not line.whole]
    pools = sorted({config.pool for config in configs if config})
    said = [
        f"{len(lines)} lines on {list_of(pools)}, class splits {list_of(study.splits)}, seeds "
        f"{list_of(study.seeds)}, {list_of(rounds)} rounds, learner {list_of(learners)}.",
        *(f"Vision-language model {vlm}, language model {llm}." for vlm, llm in models),
        f"{done} of {total} runs are finished{_listed_after(rest)}. Means and standard deviations "
        "are over finished splits and seeds; n says how many.",
    ]
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in said)


def _troubles(results: Results) -> str:
    """What failed, and what this version does not have; "" where all went well."""
    failed = [
        f"{r.cell.key}: {r.error}" for r in results.cells if r.state == "failed"
    ]  # fmt: skip
    missing = [line.name for line in results.study.lines if not line.available]
    said = [f"No such strategy is installed here, so these lines are empty: {list_of(missing)}."]
    return _box("What failed", failed) + _box("What is left out", said if missing else [])


def _contents(study: Study) -> str:
    links = "".join(f'<a href="#{escape(p.name)}">{escape(p.title)}</a>' for p in study.parts)
    return f'<nav>{links}<a href="#time">Time</a><a href="#downloads">Downloads</a></nav>'


def _box(title: str, sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<div class="box"><strong>{escape(title)}</strong><ul>{items}</ul></div>'


# ---- the parts


def _part(results: Results, part: Part, tables: Mapping[str, str]) -> str:
    drawn = [show for show in part.shows if show in READINGS]
    places = places_of(results, part)
    charts = "".join(
        _figure(results, part, show, place, tables) for place in places for show in drawn
    )
    listed = "".join(
        _figure(results, part, show, place, tables)
        for show in part.shows
        if show not in drawn
        for place in places
    )
    says = " ".join(SAYS[show] for show in part.shows)
    shown = f'<p class="soft">{escape(says)}</p><div class="grid">{charts}</div>{listed}'
    published = f'<p class="soft">In the paper: {escape(part.published)}</p>'
    return (
        f'<section id="{escape(part.name)}"><h2>{escape(part.title)}</h2>{shown}'
        f"{published if part.published else ''}</section>"
    )


def _figure(
    results: Results, part: Part, show: str, place: Place, tables: Mapping[str, str]
) -> str:
    name = file_name(part, show, place)
    rows = part_rows(results, part, show, place)
    head = f"<h3>{escape(f'{place.name}: {show}' if place.name else show)}</h3>"
    link = _download(name, tables[name])
    if not rows:
        return f"<figure>{head}<p>Nothing is finished here yet.</p></figure>"
    if show == "ranks":
        lines = lines_of(results, part)
        return f"<figure>{head}{_ranks(standings(results, place, lines), lines)}{link}</figure>"
    numbers = f'<div class="wide">{_table(rows)}</div>'
    if show not in READINGS:
        return f"<figure>{head}{numbers}{link}</figure>"
    behind = f"<details><summary>Numbers</summary>{numbers}{link}</details>"
    limits = _limits(results, part, show, place)
    grey = f"In grey: {list_of([limit.name for limit in limits])}." if limits else ""
    said = f'<figcaption class="soft">{escape(grey)}</figcaption>' if grey else ""
    return f"<figure>{head}{_chart(results, part, show, place, limits)}{said}{behind}</figure>"


def _chart(results: Results, part: Part, show: str, place: Place, limits: Sequence[Limit]) -> str:
    lines = [line for line in lines_of(results, part) if line.available]
    names, numbers = short_names(lines), {line.name: i for i, line in enumerate(lines)}
    drawn = [
        _draw_part(found, names[line.name], numbers[line.name], line)
        for line in lines
        if (found := curve_of(results, place, line, show))
    ]
    x_title = "round" if show == "delta" else "labels paid"
    return line_chart(drawn, limits, x_title, f"{part.title}, {place.name}: {show}")


def _limits(results: Results, part: Part, show: str, place: Place) -> list[Limit]:
    """What is drawn in grey: the ceiling, or what needs no label."""
    lines = [line for line in lines_of(results, part) if line.available]
    limits = []
    if show == "precision" and (ceiling := ceiling_of(results, place, lines)):
        limits.append(Limit("the best possible", ceiling.x, ceiling.mean, "6 4"))
    if show == "accuracy":
        limits += [
            Limit(f"{name}: {value:.3f}", (), (value,), LEVEL_STROKES[i % len(LEVEL_STROKES)])
            for i, (name, value) in enumerate(level_lines(results, place, lines))
        ]
    return limits


def _draw_part(found: Curve, name: str, number: int, line: Line) -> Drawn:
    ours = (line.strategy in OURS and len(line.settings) <= 2) or line.name.startswith("LaSeR")
    return Drawn(name, number, found.x, found.mean, found.spread, found.runs, ours)


def short_names(lines: Sequence[Line]) -> dict[str, str]:
    """Names without what all of them end with, such as ", random start"."""
    ends = {line.name.partition(", ")[2] for line in lines}
    end = ends.pop() if len(ends) == 1 else ""
    return {line.name: line.name.removesuffix(f", {end}") if end else line.name for line in lines}


# ---- tables


def _ranks(rows: Sequence[Standing], lines: Sequence[Line]) -> str:
    ours = {line.name for line in lines if line.strategy in OURS}
    heads = (
        "line", "rank by accuracy", "rank by precision", "labels to 90%", "reached in",
        "accuracy at the end", "mean precision", "classes seen", "n",
    )  # fmt: skip
    body = [
        (
            row.line, _number(row.rank_accuracy, 1), _number(row.rank_precision, 1),
            _number(row.labels, 0), f"{row.reached} of {row.asked}" if row.asked else "",
            _pair(row.accuracy), _pair(row.precision), _number(row.classes, 1), str(row.runs),
        )
        for row in rows
    ]  # fmt: skip
    blocks = f"Ranks are over {rows[0].blocks} repetitions that every line has." if rows else ""
    marks = [row[0] in ours for row in body]
    return f'<div class="wide">{_html_table(heads, body, marks)}</div><p class="soft">{blocks}</p>'


def _time(results: Results, tables: Mapping[str, str]) -> str:
    """What rounds took, and how often the language model was asked."""
    rows = []
    for line in results.study.lines:
        found = [r for r in results.cells if r.cell.line.name == line.name and r.records]
        if found:
            rounds = [record for result in found for record in result.records]
            seconds = sum(record.seconds for record in rounds)
            calls = sum(record.llm_calls for record in rounds)
            rows.append((
                line.name, str(len(found)), f"{seconds / len(rounds):.2f}",
                f"{seconds / 60:.1f}", f"{calls / len(found):.1f}",
            ))  # fmt: skip
    heads = ("line", "runs", "seconds a round", "minutes in all", "questions to the model a run")
    return (
        f'<section id="time"><h2>Time</h2><div class="wide">{_html_table(heads, rows)}</div>'
        f"{_download(SECONDS, tables[SECONDS])}</section>"
    )


def _lines(results: Results) -> str:
    """What each line is: its strategy by its full title, and its settings."""
    rows = []
    for line in results.study.lines:
        if not line.available:
            continue
        kind = STRATEGIES[line.strategy]
        rest = {k: v for k, v in line.settings.items() if v != USUAL.get(k) and k != "strategy"}
        title = "its one batch is the whole pool" if line.whole else kind.title
        settings = ", ".join(f"{k}={v}" for k, v in rest.items())
        rows.append((line.name, title, settings))
    table = _html_table(("line", "what it is", "settings"), rows, text=True)
    return f'<section><h2>Lines</h2><div class="wide">{table}</div></section>'


def _downloads(tables: Mapping[str, str]) -> str:
    links = " ".join(_download(name, tables[name]) for name in sorted(tables))
    return f'<section id="downloads"><h2>Downloads</h2><p>{links}</p></section>'


def _download(name: str, text: str) -> str:
    data = base64.b64encode(text.encode("utf-8")).decode("ascii")
    return f'<a download="{escape(name)}" href="data:text/csv;base64,{data}">{escape(name)}</a>'


def _table(rows: Sequence[Mapping[str, object]]) -> str:
    heads = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    return _html_table(heads, [[_text(row[name]) for name in heads] for row in rows])


def _html_table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    marks: Sequence[bool] = (),
    text: bool = False,
) -> str:
    kind = ' class="text"' if text else ""
    top = "".join(f"<th{kind}>{escape(head)}</th>" for head in heads)
    body = ""
    for i, row in enumerate(rows):
        cells = "".join(f"<td{kind}>{escape(cell)}</td>" for cell in row)
        body += f"<tr{' class=ours' if marks and marks[i] else ''}>{cells}</tr>"
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: object) -> str:
    if value is None:
        return ""
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float | None, digits: int = 3) -> str:
    if value is None:
        return ""
    return f"{value:,.{digits}f}" if digits != 3 or value < 10 else f"{value:,g}"


def _pair(found: tuple[float, float] | None) -> str:
    return "" if found is None else f"{found[0]:.3f} ± {found[1]:.3f}"


def _listed_after(rest: Sequence[str]) -> str:
    return f" ({', '.join(rest)})" if rest else ""
