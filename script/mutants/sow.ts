/**
 * Loaded before tests by --import: where the file of $FAIRLEAD_MUTANT is loaded, the mutant's text is. The tree itself
 * stays as it is. Node.js strips the types of the text as of any other.
 */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const { file, text } = JSON.parse(process.env.FAIRLEAD_MUTANT!) as { file: string; text: string }
const mutated = pathToFileURL(file).href
registerHooks({
  load: (url, context, next) =>
    url === mutated ? { format: 'module-typescript', source: text, shortCircuit: true } : next(url, context),
})
