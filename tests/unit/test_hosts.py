"""A door leads to hosts and folders that the environment lists, and to no address that a name should not stand for."""

import pytest

from loaders.doors import hosts
from loaders.doors.hosts import HostRefused
from loaders.senders.address import Door, climbs


@pytest.fixture
def listed(monkeypatch):
    """Call to list hosts."""
    return lambda *names: monkeypatch.setenv(hosts.HOSTS, ", ".join(names))


def is_allowed(host: str) -> bool:
    try:
        hosts.allow(host)
    except HostRefused:
        return False
    return True


def test_without_a_list_no_host_is_allowed(monkeypatch):
    monkeypatch.delenv(hosts.HOSTS, raising=False)
    with pytest.raises(HostRefused, match=r"door\.url: files\.nhs\.uk is not an allowed host; .*ASSURE_ALLOWED_HOSTS"):
        hosts.allow("files.nhs.uk")


@pytest.mark.parametrize(
    ("names", "host", "allowed"),
    [
        (["files.nhs.uk"], "files.nhs.uk", True),
        (["files.nhs.uk"], "FILES.nhs.uk.", True),
        (["files.nhs.uk"], "files.nhs.uk.example.org", False),
        (["files.nhs.uk"], "otherfiles.nhs.uk", False),
        (["x.test", "*.nhs.uk"], "a.b.nhs.uk", True),
        (["*.nhs.uk"], "nhs.uk", False),
        (["*.nhs.uk"], "evilnhs.uk", False),
        (["*"], "files.nhs.uk", True),
        (["*"], "127.0.0.1", False),
        (["*"], "::1", False),
        (["10.*"], "10.0.0.1", False),
        (["10.0.0.1"], "10.0.0.1", True),
        (["127.0.0.1"], "2130706433", False),
        (["127.0.0.1"], "0x7f.1", False),
        ([""], "", False),
    ],
)
def test_a_host_is_listed_by_its_name_or_a_name_by_a_wildcard(listed, names, host, allowed):
    listed(*names)
    assert is_allowed(host) == allowed


@pytest.mark.parametrize(
    ("names", "address", "allowed"),
    [
        (["*.nhs.uk"], "81.2.69.142", True),
        (["*.nhs.uk"], "10.0.0.5", False),
        (["*.nhs.uk"], "127.0.0.1", False),
        (["*.nhs.uk"], "169.254.169.254", False),
        (["*.nhs.uk"], "::ffff:169.254.169.254", False),
        (["*.nhs.uk"], "64:ff9b::a9fe:a9fe", False),
        (["*.nhs.uk"], "64:ff9b::5102:458e", True),
        (["*.nhs.uk"], "2002:a9fe:a9fe::1", False),
        (["*.nhs.uk"], "fe80::1%eth0", False),
        (["*.nhs.uk"], "fd00:ec2::254", False),
        (["*.nhs.uk"], "0.0.0.0", False),
        (["files.nhs.uk"], "10.0.0.5", True),
        (["files.nhs.uk"], "fd12::5", True),
        (["files.nhs.uk"], "169.254.169.254", False),
        (["files.nhs.uk"], "::ffff:169.254.169.254", False),
        (["files.nhs.uk"], "fe80::1", False),
        (["files.nhs.uk", "169.254.169.254"], "169.254.169.254", True),
    ],
)
def test_a_name_stands_for_no_address_that_it_should_not(listed, names, address, allowed):
    listed(*names)
    if allowed:
        hosts.allow_address("files.nhs.uk", address)
    else:
        with pytest.raises(HostRefused, match="without a wildcard"):
            hosts.allow_address("files.nhs.uk", address)


@pytest.mark.parametrize(
    "path",
    ["..", "a/../b", "%2e%2e/b", "%252e%252e%252fb", "a/%2E./b", "..\\b", "a%5c..%5cb", "a/..;x=1/b", "a/.. /b"],
)
def test_a_climb_is_seen_however_it_is_written(path):
    assert climbs(path)


@pytest.mark.parametrize("path", ["a/b.csv", "FFT #1 100%.csv", "a..b/c...csv", ".hidden", "input é.csv", "50%25.csv"])
def test_a_name_that_does_not_climb_is_none(path):
    assert not climbs(path)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"url": "ftp://files.example.org/out"}, "'ftp' is no door we open; use file://, sftp://"),
        ({"url": "filecache::https://files.example.org/out"}, "is no door we open"),
        ({"url": "zip://x::https://files.example.org/out"}, "is no door we open"),
        ({"url": "https://files.example.org/out/%2e%2e/in"}, "climbs by '..'"),
        ({"url": "s3://bucket/../other"}, "climbs by '..'"),
        ({"url": "https://files.example.org/out?page=1"}, "name a credential"),
        ({"url": "file:///out", "listing": "none"}, "belongs to an https door"),
        ({"url": "s3://bucket", "rest": {}}, "rest: belongs to an https door"),
        ({"url": "https://x", "auth": {"kind": "bearer"}}, "credential: is missing"),
        ({"url": "https://x", "credential": "x", "auth": {"kind": "query", "name": "key"}}, "is for an API alone"),
        ({"url": "https://x", "credential": "x", "auth": {"kind": "header"}}, "name: is the header's"),
        ({"url": "https://x", "credential": "x", "auth": {"kind": "oauth2"}}, "token_url: is where a token is had"),
        ({"url": "https://x", "credential": "../x"}, "pattern"),
    ],
)
def test_a_door_that_cannot_be_meant_is_none(said, told):
    with pytest.raises(ValueError, match="validation error") as refused:
        Door.model_validate(said)
    assert told in str(refused.value)
