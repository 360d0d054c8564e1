# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Untested: Spack could not be had where Bulkhead was written. Put it into a repository of packages as
# packages/bulkhead/package.py; then `spack dev-build bulkhead@main` in the tree. What it needs is what build-aux/packages
# says in the column of Spack, which a test holds against this.
from spack.package import *


class Bulkhead(AutotoolsPackage):
    """How errors spread through virtualized HPC machines, and what it costs to stop them."""

    homepage = "https://example.org/bulkhead"
    license("Apache-2.0")
    version("main")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    for tool in ("gmake", "autoconf", "automake", "pkgconf", "xz", "uthash", "random123"):
        depends_on(tool, type="build")
    for library in ("gsl", "hdf5+hl~mpi", "libyaml", "expat", "jansson", "libarchive", "sqlite", "xxhash"):
        depends_on(library)
    depends_on("simgrid@3.32:")
    depends_on("gnuplot+cairo", type="run")

    def autoreconf(self, spec, prefix):
        Executable("./autogen.sh")()
