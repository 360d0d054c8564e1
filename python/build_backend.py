# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes the wheel and the source archive, with the standard library alone: pip needs no network to install from here."""
import base64
import hashlib
import io
import os
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
SUMMARY = "Bulkhead from Python: how errors spread through a virtualized HPC machine, and what it costs to stop them"


def version():
    """The package's own copy in a source archive, else the tree's."""
    for path in ("VERSION", os.path.join("..", "VERSION")):
        try:
            with open(os.path.join(HERE, path), encoding="ascii") as stream:
                return stream.read().strip()
        except OSError:
            pass
    raise RuntimeError("found no file VERSION; expected it here or in the folder above")


def metadata():
    return (f"Metadata-Version: 2.1\nName: bulkhead\nVersion: {version()}\nSummary: {SUMMARY}\n"
            "License: Apache-2.0\nRequires-Python: >=3.9\nRequires-Dist: xarray\nRequires-Dist: h5netcdf\n")


def package_files():
    folder = os.path.join(HERE, "bulkhead")
    for name in sorted(os.listdir(folder)):
        if name.endswith((".py", ".typed")):
            with open(os.path.join(folder, name), "rb") as stream:
                yield f"bulkhead/{name}", stream.read()
    yield "bulkhead/_version.py", f'__version__ = "{version()}"\n'.encode()


def info_files():
    yield "METADATA", metadata().encode()
    yield "WHEEL", b"Wheel-Version: 1.0\nGenerator: bulkhead\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def get_requires_for_build_wheel(config_settings=None):
    return []


def get_requires_for_build_sdist(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    name = f"bulkhead-{version()}.dist-info"
    os.makedirs(os.path.join(metadata_directory, name), exist_ok=True)
    for file, data in info_files():
        with open(os.path.join(metadata_directory, name, file), "wb") as stream:
            stream.write(data)
    return name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    info = f"bulkhead-{version()}.dist-info"
    wheel = f"bulkhead-{version()}-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        def add(name, data):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(data)}")

        for name, data in package_files():
            add(name, data)
        for name, data in info_files():
            add(f"{info}/{name}", data)
        record.append(f"{info}/RECORD,,")
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD", (1980, 1, 1, 0, 0, 0)), "\n".join(record) + "\n")
    return wheel


def build_sdist(sdist_directory, config_settings=None):
    base = f"bulkhead-{version()}"
    with tarfile.open(os.path.join(sdist_directory, base + ".tar.gz"), "w:gz") as archive:
        def add(name, data):
            member = tarfile.TarInfo(f"{base}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))

        for name, data in package_files():
            if not name.endswith("_version.py"):
                add(name, data)
        for name in ("pyproject.toml", "build_backend.py"):
            with open(os.path.join(HERE, name), "rb") as stream:
                add(name, stream.read())
        add("VERSION", version().encode())
        add("PKG-INFO", metadata().encode())
    return base + ".tar.gz"
