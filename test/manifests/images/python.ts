import { readdirSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { LayerFolder } from './layer.ts'

const PROGRAMS = join(import.meta.dirname, 'programs')

/** The machine's Python, without what is for developing, and the programs beside this file. */
export const python = (folder: LayerFolder): void => {
  const program = realpathSync('/usr/bin/python3')
  folder.program(program, '/usr/bin/python3')
  const library = `/usr/lib/${basename(program)}`
  const unwanted = /^(?:config-|test$|idlelib|lib2to3|pydoc_data|distutils|ensurepip|tkinter|unittest|turtledemo)/
  folder.copy(library, library, (path) => !unwanted.test(path.slice(library.length + 1)))
  for (const name of readdirSync(join(library, 'lib-dynload')))
    if (/^_(?:ssl|hashlib|json|queue|contextvars|lzma|bz2|uuid|sqlite3)\./.test(name)) {
      const module = join(library, 'lib-dynload', name)
      folder.program(module, module)
    }
}

/** Programs of ours, and those by which the ones that they stand for are started and asked. */
export const programs = (folder: LayerFolder): void => {
  folder.copy(PROGRAMS, '/usr/lib/programs', (path) => !path.endsWith('__pycache__'))
  const command = (name: string, words: string): void => folder.file(`/usr/bin/${name}`, `#!/bin/sh\n${words}\n`, 0o755)
  command('mysqladmin', 'exec python3 /usr/lib/programs/database_client.py 3306 "$@"')
  command('pg_isready', 'exec python3 /usr/lib/programs/database_client.py 5432 "$@"')
  command('start-zookeeper', START_ZOOKEEPER)
  command('zookeeper-ready', '[ "$(python3 /usr/lib/programs/zookeeper.py ask ruok)" = imok ]')
  command('zkCli.sh', 'exec python3 /usr/lib/programs/zookeeper.py ask "$@"')
}

const START_ZOOKEEPER = `for word; do
  case $word in
    --servers=*) servers=\${word#*=} ;;
    --data_dir=*) data=\${word#*=} ;;
  esac
done
exec python3 /usr/lib/programs/zookeeper.py serve "$servers" "$data"`
