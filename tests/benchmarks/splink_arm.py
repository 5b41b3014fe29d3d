"""The same register given to splink (Fellegi-Sunter, trained without labels, DuckDB), to compare with ours.

It gets what ours gets: the spelt name, birth date, sex and RT, and the same blocks. The u values come from random
pairs, the m values from expectation maximisation over two blocks, as its documentation advises.
"""

import importlib.util
import logging
import time

from django.db import connection

AVAILABLE = all(importlib.util.find_spec(module) for module in ("splink", "duckdb", "pyarrow"))

_PEOPLE = """
    SELECT id, spelt, to_char(born_on, 'YYYY-MM-DD'), to_char(born_on, 'YYYY'), CASE
            WHEN EXTRACT(DAY FROM born_on) <= 12 THEN
                to_char(born_on, 'YYYY') || greatest(to_char(born_on, 'MM'), to_char(born_on, 'DD'))
                || least(to_char(born_on, 'MM'), to_char(born_on, 'DD'))
            ELSE to_char(born_on, 'YYYYMMDD') END, sex, region_id
    FROM beneficiaries_person WHERE died_on IS NULL AND merged_into_id IS NULL
"""
_COLUMNS = ("unique_id", "spelt", "born_on", "born_in", "born_either", "sex", "region")


def find(*, at: tuple[float, ...]) -> tuple[dict[float, set[tuple[int, int]]], float]:
    """Returns the pairs that splink finds at each of these probabilities, and the seconds it took with training."""
    import pyarrow
    import splink.comparison_level_library as levels
    import splink.comparison_library as comparisons
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE)
        columns = list(zip(*cursor.fetchall(), strict=True))
    table = pyarrow.table(dict(zip(_COLUMNS, columns, strict=True)))
    born_on = comparisons.CustomComparison(
        output_column_name="born_on",
        comparison_levels=[
            levels.NullLevel("born_on"),
            levels.ExactMatchLevel("born_on"),
            levels.ExactMatchLevel("born_either"),
            levels.LevenshteinLevel("born_on", 1),
            levels.ExactMatchLevel("born_in"),
            levels.ElseLevel(),
        ],
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("born_either", "sex"),
            block_on("region", "born_in", "sex"),
            block_on("region", "spelt", "sex"),
        ],
        comparisons=[
            comparisons.JaroWinklerAtThresholds("spelt", [0.97, 0.94, 0.9, 0.85, 0.8]),
            born_on,
            comparisons.ExactMatch("region"),
        ],
        probability_two_random_records_match=1e-7,
    )
    backend = DuckDBAPI()
    linker = Linker(backend.register(table), settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=7)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("born_on", "sex"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("spelt", "sex"))
    predicted = linker.inference.predict(threshold_match_probability=min(at))
    rows = predicted.as_duckdbpyrelation().select("unique_id_l", "unique_id_r", "match_probability").fetchall()
    spent = time.perf_counter() - started
    return {least: {(min(a, b), max(a, b)) for a, b, p in rows if p >= least} for least in at}, spent
