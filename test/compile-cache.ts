/**
 * What Node.js has made of a file of ours once it need not make again for the next file of tests; not by its variable, which
 * the programs under test would have as well.
 */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compile'))
