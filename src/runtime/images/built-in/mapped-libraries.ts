import { basename } from 'node:path'

/** The C and C++ libraries that a Node.js binary is linked with: glibc's and musl's names. */
const LIBRARIES =
  /^(?:ld-linux.*|ld-musl.*|lib(?:c|m|dl|pthread|rt|stdc\+\+|gcc_s|atomic|resolv|nss_files|nss_dns))(?:-[\d.]+)?\.so(?:\.[\d.]+)?$/

/**
 * The C libraries in use by this very process, which runs the same binary: exact, and no `ldd` is spawned. Paths by
 * name. `maps`: /proc/self/maps.
 */
export function mappedLibraries(maps: string): readonly string[] {
  const found = new Set<string>()
  for (const line of maps.split('\n')) {
    const path = line.slice(line.indexOf('/'))
    if (line.includes('/') && LIBRARIES.test(basename(path))) found.add(path)
  }
  // The binary names its interpreter by this path, which on merged-/usr systems is a link into /usr.
  for (const loader of ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1']) {
    if ([...found].some((path) => basename(path) === basename(loader))) found.add(loader)
  }
  return [...found].sort()
}
