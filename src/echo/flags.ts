export interface EchoFlags {
  /** -1 disables a server. */
  readonly httpPort: number
  readonly udpPort: number
  readonly tcpPort: number
  /** Seconds that new connections are still accepted after SIGTERM. */
  readonly delayShutdown: number
}

/** A flag that is not known, or whose value is none. */
export class FlagError extends Error {
  readonly code = 'ECHO_FLAG_INVALID'
}

// Two seconds: a proxy that learns late that this pod is going away still sends connections here, and they must be
// answered.
const DEFAULTS: EchoFlags = { httpPort: 8080, udpPort: 8081, tcpPort: -1, delayShutdown: 2 }
const NAMES: Readonly<Record<string, keyof EchoFlags>> = {
  'http-port': 'httpPort',
  'udp-port': 'udpPort',
  'tcp-port': 'tcpPort',
  'delay-shutdown': 'delayShutdown',
}

/**
 * Reads `--http-port=N`, `--http-port N` and the like; a leading word `netexec` is accepted, so that manifests written
 * for agnhost run as they are. Throws FlagError for anything else.
 */
export const parseFlags = (args: readonly string[]): EchoFlags => {
  const flags: Record<keyof EchoFlags, number> = { ...DEFAULTS }
  const words = args[0] === 'netexec' ? args.slice(1) : [...args]
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const [option = '', inline] = word.split(/=(.*)/s)
    const key = option.startsWith('--') ? NAMES[option.slice(2)] : undefined
    if (key === undefined) {
      throw new FlagError(
        `unknown flag ${word}: known are ${Object.keys(NAMES)
          .map((n) => `--${n}`)
          .join(', ')}`,
      )
    }
    const text = inline ?? words[++i] ?? ''
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value)) throw new FlagError(`${option}: "${text}" is not a number`)
    if (key === 'delayShutdown' ? value < 0 : !Number.isInteger(value) || value < -1 || value > 65535 || value === 0) {
      throw new FlagError(`${option}: ${text} is out of range`)
    }
    flags[key] = value
  }
  return flags
}
