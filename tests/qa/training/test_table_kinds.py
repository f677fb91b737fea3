"""Drawn tables: what they hold, and what they are said to lack."""

from __future__ import annotations

import random
import re

import pytest

from qa.training.table_kinds import ROW, Kind, Writer, any_kind, draw, source


@pytest.mark.parametrize("kind", source().kinds, ids=lambda kind: kind.titles[0])
def test_a_table_has_a_row_per_label_and_none_for_those_said_to_be_missing(kind: Kind):
    for seed in range(20):
        sheet = draw(kind, random.Random(seed), 44, blank=True)
        labels = [sheet.cell(row, ROW) for row in range(len(sheet.keys))]
        assert labels == [key.row for key in sheet.keys]
        assert len(set(sheet.keys)) == len(sheet.keys) and not set(sheet.keys) & set(sheet.strangers)
        assert not set(sheet.columns) & set(sheet.absent)
        assert len(set(sheet.table.header)) == len(sheet.table.header) == len(sheet.slots)


def test_there_are_many_subjects_and_many_ways_to_ask():
    columns = [column for kind in source().kinds for column in kind.columns]
    assert len(columns) >= 60
    assert len({ask for column in columns for ask in column.asks}) >= 400
    assert all(column.asks and "{row}" in ask for column in columns for ask in column.asks)
    assert all("{value}" in which for column in columns for which in column.which)


def test_a_total_is_the_sum_of_its_column():
    sums = 0
    for seed in range(400):
        rng = random.Random(seed)
        sheet = draw(any_kind(rng), rng, 44, blank=False)
        for column in sheet.columns:
            if sheet.total and column.adds_up and column.values.startswith("whole"):
                *cells, total = [
                    int(re.sub(r"\D", "", sheet.cell(row, column)) or 0) for row in range(len(sheet.table.rows))
                ]
                assert total == sum(cells)
                sums += 1
    assert sums > 20


def test_the_figures_of_one_table_are_written_alike():
    for seed in range(30):
        writer = Writer(random.Random(seed))
        shapes = {re.sub(r"\d+", "0", writer.value("percent 10 49")) for _ in range(9)}
        assert len(shapes) == 1


def test_the_columns_of_a_grid_are_a_run_of_labels():
    grids = [kind for kind in (any_kind(random.Random(seed)) for seed in range(300)) if not kind.columns[0].plain]
    assert len(grids) > 30
    for kind in grids:
        assert all(column.heads[0] in ask for column in kind.columns for ask in column.asks)
