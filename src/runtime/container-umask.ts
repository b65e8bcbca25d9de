const USUAL = 0o022

/**
 * Runs `make` with the usual umask. Our processes have another, 077: what they write is root's alone. What is made in here
 * is for every user of a container: an image's files, a volume's, and what runc makes in a root file system.
 * Synchronous; a child that is spawned in here keeps it.
 */
export function withContainerUmask<T>(make: () => T): T {
  const mask = process.umask(USUAL)
  try {
    return make()
  } finally {
    process.umask(mask)
  }
}
