"""Download clients for sources with open interfaces: raw files as the source sends them, each with a sidecar.

`download` fetches from OpenAlex, the World Bank, the OECD or UN Comtrade's preview and writes the raw file and, beside
it, `<file>.source.json`: address, retrieval time, SHA-256, licence. Importers turn the two into rows and a source
entry. Needs the extra `clients` (httpx), imported only when something is fetched. Nothing here runs without being
asked, and no computation of Majung fetches anything.
"""

from majung.evidence.clients.cache import Cache, cache_folder
from majung.evidence.clients.download import SITES, Downloaded, download
from majung.evidence.clients.failures import DownloadError
from majung.evidence.clients.query import Progress, Query
from majung.evidence.clients.sidecar import Sidecar, read_sidecar, sidecar_path
from majung.evidence.clients.site import Limit, Site

__all__ = [
    "SITES",
    "Cache",
    "DownloadError",
    "Downloaded",
    "Limit",
    "Progress",
    "Query",
    "Sidecar",
    "Site",
    "cache_folder",
    "download",
    "read_sidecar",
    "sidecar_path",
]
