"""A folder of files takes the place of another at once, and the same files change nothing."""

import threading
from pathlib import Path

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


def test_what_a_killed_writer_left_is_swept_away(tmp_path, monkeypatch):
    site, versions = tmp_path / "site", tmp_path / "site.versions"
    placing.put({"index.html": b"one"}, site)

    def killed(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", killed)
        with pytest.raises(KeyboardInterrupt):
            placing.put({"index.html": b"two"}, site)
    assert len([path for path in versions.iterdir() if path.is_dir()]) == 2
    placing.put({"index.html": b"three"}, site)
    assert {path for path in versions.iterdir() if path.is_dir()} > {site.resolve()}
    assert [path for path in versions.iterdir() if path.is_dir() and not (path / "index.html").is_file()] == []
    assert found(site) == {"index.html": b"three"}


def test_what_lies_beside_the_versions_and_is_somebody_elses_stays(tmp_path):
    site, versions = tmp_path / "site", tmp_path / "site.versions"
    (versions / "letters").mkdir(parents=True)
    (versions / "letters" / "letter.txt").write_text("keep me")
    (tmp_path / "elsewhere").mkdir()
    (versions / ("a" * 16)).symlink_to(tmp_path / "elsewhere")
    for content in (b"one", b"two", b"three"):
        placing.put({"index.html": content}, site)
    assert found(versions / "letters") == {"letter.txt": b"keep me"}
    assert (versions / ("a" * 16)).is_symlink()
    assert (tmp_path / "elsewhere").is_dir()


@pytest.mark.parametrize("leads_to", ["elsewhere", "site.versions/letters", "nowhere"])
def test_a_link_of_somebody_elses_stays_as_it_is(tmp_path, leads_to):
    for name in ("elsewhere", "site.versions/letters"):
        (tmp_path / name).mkdir(parents=True)
    site = tmp_path / "site"
    site.symlink_to(leads_to)
    with pytest.raises(placing.NotOurs, match="is a link that `assure site` did not make"):
        placing.put({"index.html": b"one"}, site)
    assert str(site.readlink()) == leads_to
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "site", "site.versions"]


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
