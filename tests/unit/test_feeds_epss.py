"""Scores of EPSS: in the layouts of all years, as they are kept, and what counts as a change."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from pellucid.advisories.feeds import epss
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import Epss
from pellucid.errors import Malformed

COMMENT = "#model_version:v2031.06.15,score_date:2031-08-16T12:00:00Z\n"
COLUMNS = "cve,epss,percentile\n"
NAME = "epss_scores-2031-08-16.csv.gz"


def _file(folder: Path, content: str, name: str = NAME) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())
    return path


def _scores(path: Path) -> list[Epss | None]:
    return [item.record.epss for item in epss.read(path) if item.record]


@pytest.mark.parametrize("name", [NAME, "epss_scores-current.csv", "scores"])
def test_a_file_of_today(tmp_path: Path, name: str) -> None:
    path = _file(tmp_path, f"{COMMENT}{COLUMNS}CVE-2031-1000,0.03351,0.87650\r\nCVE-2031-1001,1.00000,1.00000\n", name)

    first, second = epss.read(path)

    assert first.record == AdvisoryRecord(
        id="CVE-2031-1000",
        epss=Epss(probability=0.03351, percentile=0.8765, day=date(2031, 8, 16), model="v2031.06.15"),
    )
    assert second.record
    assert second.record.epss
    assert second.record.epss.probability == 1.0
    assert epss.FEED.normalise("epss", first.raw) == first.record
    assert epss.FEED.recognise(path, path.read_bytes()[:200]) == "epss"


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (
            "cve,epss\nCVE-2020-5902,0.65117\n",
            "epss_scores-2021-04-14.csv.gz",
            Epss(probability=0.65117, day=date(2021, 4, 14)),
        ),
        (
            "cve,epss,percentile\nCVE-2020-5902,0.65117,0.9981063485700858\n",
            "epss_scores-2021-09-01.csv",
            Epss(probability=0.65117, percentile=0.9981063485700858, day=date(2021, 9, 1)),
        ),
        (
            "#model_version:v2022.01.01,score_date:2022-02-04T00:00:00+0000\ncve,epss,percentile\nCVE-2020-5902,9.5e-05,1\n",
            "x",
            Epss(probability=9.5e-05, percentile=1.0, day=date(2022, 2, 4), model="v2022.01.01"),
        ),
        ("cve,epss\nCVE-2020-5902,0.5\n", "x", Epss(probability=0.5)),
    ],
)
def test_files_of_earlier_years(tmp_path: Path, content: str, name: str, expected: Epss) -> None:
    path = _file(tmp_path, content, name)

    (found,) = epss.read(path)

    assert found.record
    assert found.record.epss == expected
    assert epss.FEED.normalise("epss", found.raw) == found.record


@pytest.mark.parametrize(
    "row",
    [
        "CVE-2031-1000,nan,0.5",
        "CVE-2031-1000,1.1,0.5",
        "CVE-2031-1000,-0.1,0",
        "CVE-2031-1000,,",
        "CVE-2031-1000",
        "a,0.1,0.2",
    ],
)
def test_a_row_that_is_none_does_not_keep_the_others_back(tmp_path: Path, row: str) -> None:
    bad, good = epss.read(_file(tmp_path, f"{COMMENT}{COLUMNS}{row}\nCVE-2031-1001,0.1,0.2\n"))

    assert bad.record is None
    assert bad.fault
    assert good.record


def test_a_row_may_not_say_of_which_day_it_is(tmp_path: Path) -> None:
    (found,) = _scores(_file(tmp_path, f"{COMMENT}{COLUMNS}CVE-2031-1000,0.1,0.2,2001-01-01,v1\n"))

    assert found
    assert (found.day, found.model) == (date(2031, 8, 16), "v2031.06.15")


def _stamp(folder: Path, row: str, comment: str = COMMENT) -> bytes:
    (found,) = epss.read(_file(folder, f"{comment}{COLUMNS}CVE-2031-1000,{row}\n"))
    return found.stamp


def test_another_day_alone_is_no_change(tmp_path: Path) -> None:
    was = _stamp(tmp_path, "0.03351,0.87650")

    assert _stamp(tmp_path, "0.03351,0.87701", COMMENT.replace("-16T", "-17T")) == was
    assert _stamp(tmp_path, "0.03352,0.87650") != was
    assert _stamp(tmp_path, "0.03351,0.89650") != was
    assert _stamp(tmp_path, "0.03351,0.87650", COMMENT.replace("v2031", "v2032")) != was


@pytest.mark.parametrize("content", ["", COMMENT, "cve,score\nCVE-2031-1000,0.1\n", "<html></html>", COMMENT + "a,b\n"])
def test_what_is_no_file_of_scores_is_malformed(tmp_path: Path, content: str) -> None:
    path = _file(tmp_path, content)

    with pytest.raises(Malformed, match=path.name):
        list(epss.read(path))


def test_a_file_that_was_cut_is_malformed(tmp_path: Path) -> None:
    path = _file(tmp_path, COMMENT + COLUMNS + "".join(f"CVE-2031-{n},0.{n},0.{n}\n" for n in range(1000, 3000)))
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(Malformed, match=path.name):
        list(epss.read(path))
