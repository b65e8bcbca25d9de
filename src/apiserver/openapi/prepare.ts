/** Makes the OpenAPI documents of the built-in kinds once, for all starts. Usage: prepare.ts FOLDER BUILD */
import { prepareDocuments } from './prepared.ts'

const [folder, build] = process.argv.slice(2)
if (folder === undefined || build === undefined) throw new Error('usage: prepare.ts FOLDER BUILD')
await prepareDocuments(folder, build)
