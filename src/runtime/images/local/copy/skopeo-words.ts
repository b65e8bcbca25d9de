import { RuntimeError, type RuntimeErrorCode } from '../../../runtime-error.ts'

/** They stand in the pod's status and in Events, and a registry may say what it likes: characters. */
const MOST = 2000

/** The messages of skopeo's log that say why it ended: `time="…" level=fatal msg="…"`. */
export const wordsOf = (log: string): string => {
  const fatal = [...log.matchAll(/level=(?:fatal|error) msg="((?:[^"\\]|\\.)*)"/g)].map((match) =>
    match[1]!.replace(/\\(.)/g, (_, mark: string) => (mark === 'n' ? ' ' : mark)),
  )
  const said = fatal.length === 0 ? log.trim().slice(-MOST) : fatal.join('; ')
  // What was asked for, the reader knows.
  const words = said.replace(/^(?:initializing source|Error parsing image name) "?\S+?"?: (?=\S)/, '')
  return words.length > MOST ? `${words.slice(0, MOST)}…` : words
}

interface Reading {
  readonly words: RegExp
  readonly code: RuntimeErrorCode
  /** What is to be done, where that is not plain, by pods' clusters and people alike; REGISTRY stands for the image's. */
  readonly hint?: string
}

/** By what skopeo, the storage and registries say; the first that fits. */
const READINGS: readonly Reading[] = [
  {
    words: /no space left on device|disk quota exceeded/i,
    code: 'IMAGE_DISK_FULL',
    hint: 'free some of it: fairlead image prune',
  },
  { words: /read-only file system/i, code: 'IMAGE_DISK_FULL' },
  {
    words: /no image found in (?:manifest list|image index) for architecture/i,
    code: 'IMAGE_FOREIGN',
    hint: 'it was made for other machines only',
  },
  {
    words:
      /unauthorized|authentication required|access .*denied|denied: |forbidden|no basic auth credentials|status(?: code)?:? 40[13]/i,
    code: 'IMAGE_DENIED',
    hint: 'a pod shows its login by imagePullSecrets, fairlead image pull those of docker login and skopeo login',
  },
  {
    words:
      /manifest unknown|name unknown|not found|repository name not known|status(?: code)?:? 404|does not exist|no such (?:image|manifest)/i,
    code: 'IMAGE_UNKNOWN',
  },
  {
    words: /server gave HTTP response to HTTPS client/i,
    code: 'IMAGE_UNREACHABLE',
    hint: 'a registry without TLS is named to whoever asks it, fairlead up or fairlead image pull: --insecure-registry REGISTRY',
  },
  {
    words: /x509|certificate/i,
    code: 'IMAGE_UNREACHABLE',
    hint: 'this machine does not trust its certificate; where that may be, fairlead up or fairlead image pull is told: --insecure-registry REGISTRY',
  },
  {
    words:
      /dial tcp|no such host|connection re(?:fused|set)|i\/o timeout|timeout|network is unreachable|pinging container registry|toomanyrequests|status(?: code)?:? (?:429|5\d\d)/i,
    code: 'IMAGE_UNREACHABLE',
    hint: 'without a way to it, an image is brought from a file: fairlead image load',
  },
]

/** What a failed copy is to whoever asked for the image: what skopeo said, under a code of ours, with a way out. */
export const copyError = (image: string, words: string): RuntimeError => {
  const reading = READINGS.find((one) => one.words.test(words))
  const code = reading?.code ?? 'IMAGE_CORRUPT'
  const registry = image.slice(0, Math.max(0, image.indexOf('/'))) || 'HOST'
  const hint = reading?.hint === undefined ? '' : ` (${reading.hint.replace('REGISTRY', registry)})`
  return new RuntimeError(code, `image '${image}': ${words || 'skopeo was killed'}${hint}`)
}
