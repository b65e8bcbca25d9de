import { debian, debianLibraries } from './debian.ts'
import type { LayerFolder } from './layer.ts'

export const redis = (folder: LayerFolder): void => {
  const libraries = debianLibraries()
  folder.program(debian('usr/bin/redis-check-rdb'), '/usr/bin/redis-server', libraries)
  folder.program(debian('usr/bin/redis-cli'), '/usr/bin/redis-cli', libraries)
  folder.folder('/data', 0o777)
  folder.file(
    '/usr/bin/docker-entrypoint.sh',
    '#!/bin/sh\ncase "$1" in -* | *.conf) set -- redis-server "$@" ;; esac\nexec "$@"\n',
    0o755,
  )
}
