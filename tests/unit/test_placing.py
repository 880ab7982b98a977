"""A folder of files takes the place of another at once, and the same files change nothing."""

import threading

import pytest

from assure import placing


def found(folder) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_the_files_and_no_others(tmp_path):
    site = tmp_path / "site"
    placing.put({"index.html": b"one", "deep/down/page.html": b"two"}, site)
    placing.put({"index.html": b"three"}, site)
    assert found(site) == {"index.html": b"three"}


def test_the_same_files_change_nothing(tmp_path):
    site = tmp_path / "site"
    placing.put({"index.html": b"one"}, site)
    before = (site / "index.html").stat().st_mtime_ns, site.readlink()
    placing.put({"index.html": b"one"}, site)
    assert ((site / "index.html").stat().st_mtime_ns, site.readlink()) == before


def test_who_reads_the_version_before_may_end_and_older_ones_are_gone(tmp_path):
    site = tmp_path / "site"
    kept = []
    for content in (b"one", b"two", b"three"):
        placing.put({"index.html": content}, site)
        kept.append(site.resolve())
    assert [path.is_dir() for path in kept] == [False, True, True]


def test_whoever_serves_it_may_read_it(tmp_path):
    site = tmp_path / "site"
    placing.put({"deep/page.html": b"one"}, site)
    assert (site / "deep").stat().st_mode & 0o777 == 0o755
    assert (site / "deep" / "page.html").stat().st_mode & 0o777 == 0o644


def test_what_a_killed_writer_left_is_swept_away(tmp_path):
    site = tmp_path / "site"
    placing.put({"index.html": b"one"}, site)
    (tmp_path / "site.versions" / "half").mkdir()
    placing.put({"index.html": b"two"}, site)
    assert not (tmp_path / "site.versions" / "half").exists()
    assert found(site) == {"index.html": b"two"}


def test_a_folder_of_somebody_elses_stays_as_it_is(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")
    with pytest.raises(placing.NotOurs, match="name a folder inside it"):
        placing.put({"index.html": b"one"}, tmp_path / "mine")
    assert found(tmp_path / "mine") == {"letter.txt": b"keep me"}


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "site").mkdir()
    placing.put({"index.html": b"one"}, tmp_path / "site")
    assert found(tmp_path / "site") == {"index.html": b"one"}


def test_the_folder_may_be_moved_or_seen_under_another_name(tmp_path):
    placing.put({"index.html": b"one"}, tmp_path / "here" / "site")
    (tmp_path / "here").rename(tmp_path / "there")
    assert found(tmp_path / "there" / "site") == {"index.html": b"one"}


def test_a_reader_never_sees_half_of_two_versions(tmp_path):
    site, ended, mixed = tmp_path / "site", threading.Event(), []
    versions = [{f"{number}.html": word for number in range(20)} for word in (b"old", b"new")]
    placing.put(versions[0], site)

    def read() -> None:
        while not ended.is_set():
            # A web server resolves the folder at each request; here one reader looks through one version.
            now = site.resolve()
            seen = {path.read_bytes() for path in sorted(now.iterdir())}
            if len(seen) != 1:
                mixed.append(seen)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(40):
        placing.put(versions[number % 2], site)
    ended.set()
    reader.join()
    assert mixed == []
