/** Makes the definitions that every cluster has once, for all starts. Usage: prepare.ts FOLDER BUILD */
import { prepareDefinitions } from './prepared-definitions.ts'

const [folder, build] = process.argv.slice(2)
if (folder === undefined || build === undefined) throw new Error('usage: prepare.ts FOLDER BUILD')
await prepareDefinitions(folder, build)
