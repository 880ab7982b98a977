"""Open the fsspec file system behind a door, with its credential, its hosts and its redirects watched."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from loaders.doors import hosts, proxy
from loaders.doors.unreachable import DoorUnreachable
from loaders.senders.address import WEB, Door, ProviderFileError, check_url, climbs, scheme_of
from loaders.senders.credentials import credential, only, pair

SECONDS_TO_CONNECT = 30
SECONDS_TO_ANSWER = 300
PIECE = 4 * 2**20
"""How many bytes of a blob are asked for at once."""
LOGIN = "https://login.microsoftonline.com"
# An instance or a listing kept from an earlier run would hide tonight's files.
FRESH = {"skip_instance_cache": True, "use_listings_cache": False}


def opened(door: Door):
    """Return (scheme, file system, root without a closing slash). Raises ProviderFileError, and what a library does."""
    url = expanded(door.url)
    scheme = scheme_of(url)
    given = credential(door.credential)
    files, root = _OPEN[scheme](url, door, given)
    return scheme, files, root.rstrip("/")


# Places only: a provider file must not be able to send one of the machine's secrets to a host of its own.
_VARIABLE = re.compile(r"\$\{(ASSURE_[A-Z0-9_]+_(?:ADDRESS|FOLDER|URL|HOST))\}")
_SECRET = re.compile(r"CREDENTIAL|DATABASE|KEEP|KEY")


def expanded(url: str, key: str = "door.url") -> str:
    """Return a URL of a provider file with its variables filled in, checked again with what they hold."""
    filled = _VARIABLE.sub(_filled, url)
    if "$" in filled:
        raise ProviderFileError(f"{key}: a variable in {url} is not set or is no address; export it as ASSURE_…")
    try:
        return check_url(filled)
    except ValueError as error:
        raise ProviderFileError(f"{key}: with its variables it {error}") from None


def _filled(named: re.Match[str]) -> str:
    return named[0] if _SECRET.search(named[1]) else os.environ.get(named[1], named[0])


def allow_url(url: str, why: str = "door.url") -> None:
    """Raise ProviderFileError unless a URL's host is allowed and spoken to under a lock, or is this machine."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ProviderFileError(f"{why}: names no host; write it like https://files.example.nhs.uk/out")
    hosts.allow(parts.hostname, why)
    if parts.scheme == "http" and not hosts.is_this_machine(parts.hostname):
        raise ProviderFileError(f"{why}: http sends everything in clear; use https")
    proxy.allow(parts.hostname, parts.port or 443, why)


def _folder(url: str, door: Door, given: Mapping):
    import fsspec

    files, root = fsspec.core.url_to_fs(url, skip_instance_cache=True)
    hosts.allow_folder(Path(root))
    return files, root


def _sftp(url: str, door: Door, given: Mapping):
    import asyncssh
    from sshfs import SSHFileSystem

    only(given, door.credential, "username", "password", "private_key", "passphrase", "known_hosts")
    # A server whose key nobody pinned is nobody's server.
    if not given.get("known_hosts"):
        raise ProviderFileError(f"credential '{door.credential}' has no known_hosts: pin the server's host key there")
    try:
        known = asyncssh.import_known_hosts(given["known_hosts"].rstrip() + "\n")
        keys = [asyncssh.import_private_key(given["private_key"], given.get("passphrase"))]
    except KeyError:
        # None, not an empty list: this machine's own keys are nobody's business at a sender's door.
        keys = None
    except (ValueError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise ProviderFileError(
            f"credential '{door.credential}': private_key or known_hosts cannot be read; paste each as its file has it"
        ) from None
    parts = urlsplit(url)
    hosts.addresses(parts.hostname or "", parts.port or 22)
    files = SSHFileSystem(
        parts.hostname,
        port=parts.port or 22,
        username=given.get("username"),
        password=given.get("password"),
        client_keys=keys,
        known_hosts=known,
        agent_path=None,
        config=[],
        connect_timeout=SECONDS_TO_CONNECT,
        keepalive_interval=SECONDS_TO_CONNECT,
        skip_instance_cache=True,
    )
    return files, parts.path


def _web(url: str, door: Door, given: Mapping):
    from fsspec.implementations.http import HTTPFileSystem

    from loaders.doors.authorisation import headers

    allow_url(url)
    told = headers(door, given)
    root = url.rstrip("/")

    async def client(loop=None, **_):
        return _watched_client(root, told)

    return HTTPFileSystem(get_client=client, **FRESH), root


def _watched_client(root: str, told: Mapping[str, str]):
    """Return an HTTP client that follows a redirect only to where a door may lead, and takes no web page for a file."""
    import aiohttp

    here = urlsplit(root)
    by = proxy.of(here.hostname)
    by_host = urlsplit(by).hostname if by else None

    class Watched(aiohttp.ThreadedResolver):
        async def resolve(self, host, *more, **named):
            found = await super().resolve(host, *more, **named)
            # Where the proxy is, is for whoever set it to say; it is all that is looked up then.
            for entry in found if host != by_host else ():
                hosts.allow_address(host, entry["host"], "door")
            return found

    async def watch(request, go_on):
        to = request.url
        if (to.scheme, to.host, to.port) != (here.scheme, here.hostname, here.port or _PORTS[here.scheme]):
            if told:
                raise DoorUnreachable("it sends us on to another host, to which the credential is not shown")
            if to.scheme != "https" and not hosts.is_this_machine(to.host):
                raise DoorUnreachable("it sends us on to where everything is said in clear")
            hosts.allow(to.host, "the door sends us on")
            if proxy.of(to.host) != by:
                raise DoorUnreachable("it sends us on to a host that is called by another way, with or without proxy")
        elif climbs(to.raw_path) or not f"{to.path}/".startswith(f"{_path(here.path)}/"):
            raise DoorUnreachable("it sends us on to a place outside the door, perhaps to log in")
        answer = await go_on(request)
        # Folders end in a slash; whoever named a file .html meant a page.
        is_page = to.path.endswith(("/", ".html", ".htm"))
        if answer.status == 200 and answer.content_type == "text/html" and not is_page:
            answer.close()
            raise DoorUnreachable("it answers with a web page where a file should be, perhaps to log in")
        return answer

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=Watched()),
        middlewares=(watch,),
        headers=told,
        proxy=by,
        timeout=aiohttp.ClientTimeout(sock_connect=SECONDS_TO_CONNECT, sock_read=SECONDS_TO_ANSWER),
    )


def _path(path: str) -> str:
    from yarl import URL

    return URL.build(path=path, encoded=True).path.rstrip("/") if path else ""


def _s3(url: str, door: Door, given: Mapping):
    from s3fs import S3FileSystem

    only(
        given, door.credential, "username", "password", "access_key_id", "secret_access_key", "session_token", "region",
        "endpoint",
    )  # fmt: skip
    key, secret = pair(given, "access_key_id|username", "secret_access_key|password")
    region, endpoint = given.get("region"), given.get("endpoint")
    bucket = urlsplit(url).netloc
    at = f"{region}.amazonaws.com" if region else "amazonaws.com"
    place = endpoint or f"https://{bucket}.s3.{at}"
    allow_url(place, "the endpoint of door.url")
    settings = {
        "connect_timeout": SECONDS_TO_CONNECT,
        "read_timeout": SECONDS_TO_ANSWER,
        "http_session_cls": _session_without_redirects(),
        # Said even where there is none: else the library would take one from the environment.
        "proxies": _proxies(place),
    }
    files = S3FileSystem(
        # A door without a credential is a public bucket; an empty credential is this machine's own identity.
        anon=door.credential is None,
        key=key,
        secret=secret,
        token=given.get("session_token"),
        endpoint_url=endpoint,
        client_kwargs={"region_name": region} if region else {},
        # A bucket's name is no part of the host's name behind an endpoint of one's own.
        config_kwargs=settings | ({"s3": {"addressing_style": "path"}} if endpoint else {}),
        **FRESH,
    )
    return files, url.removeprefix("s3://")


def _proxies(url: str) -> dict[str, str]:
    by = proxy.of(urlsplit(url).hostname)
    return dict.fromkeys(WEB, by) if by else {}


def _session_without_redirects() -> type:
    """Return the S3 library's own HTTP session, less that it follows wherever a server sends it."""
    import aiohttp
    from aiobotocore.httpsession import AIOHTTPSession

    async def refuse(*_):
        raise DoorUnreachable("it sends us on elsewhere")

    class Session(AIOHTTPSession):
        async def _get_session(self, proxy_url):
            session = await super()._get_session(proxy_url)
            if not session.trace_configs:
                watch = aiohttp.TraceConfig()
                watch.on_request_redirect.append(refuse)
                watch.freeze()
                session.trace_configs.append(watch)
            return session

    return Session


def _azure(url: str, door: Door, given: Mapping):
    from adlfs import AzureBlobFileSystem

    only(
        given, door.credential, "username", "password", "account_name", "account_key", "sas_token", "tenant_id",
        "client_id", "client_secret", "endpoint",
    )  # fmt: skip
    account, key = pair(given, "account_name|username", "account_key|password")
    if account is None:
        raise ProviderFileError(f"credential '{door.credential}' has no account_name: an az door needs its account's")
    endpoint = given.get("endpoint") or f"https://{account}.blob.core.windows.net"
    allow_url(endpoint, "the endpoint of door.url")
    place = f"BlobEndpoint={endpoint.rstrip('/')}"
    options = {name: given[name] for name in ("tenant_id", "client_id", "client_secret") if given.get(name)}
    # Said in full: what the library does not find here it would take from the environment.
    if key:
        options = {"connection_string": f"{place};AccountName={account};AccountKey={key}"}
    elif given.get("sas_token"):
        options = {"connection_string": f"{place};SharedAccessSignature={given['sas_token'].lstrip('?')}"}
    files = AzureBlobFileSystem(
        account_name=account, anon=False, read_timeout=SECONDS_TO_ANSWER, max_concurrency=1, **options, **FRESH
    )
    _watch(files.service_client._pipeline, _proxies(endpoint))
    if given.get("client_secret"):
        _watch(files.credential._client._pipeline, _proxies(LOGIN))
    # Many pieces at once, or the 32 MiB that it asks for first, would be held in memory.
    files.service_client._config.max_single_get_size = PIECE
    return files, url.partition("://")[2]


def _watch(pipeline, proxies: Mapping[str, str]) -> None:
    """Let one of Azure's clients call by the proxies given and follow nothing, which the library has no words for."""
    from azure.core.pipeline.policies import ProxyPolicy

    pipeline._transport._use_env_settings = False
    for policy in pipeline._impl_policies:
        if "Redirect" in type(policy).__name__:
            policy.allow = False
        if isinstance(inner := getattr(policy, "_policy", None), ProxyPolicy):
            inner.proxies = proxies


_PORTS = dict(zip(WEB, (80, 443), strict=True))
_OPEN = {
    "file": _folder, "sftp": _sftp, "http": _web, "https": _web, "s3": _s3, "az": _azure, "abfs": _azure,
}  # fmt: skip
