/**
 * Answers one command of the UDP and TCP protocols of Kubernetes' `netexec`: `hostname`, `clientip`, `echo MESSAGE`.
 * Undefined where the command is unknown: netexec stays silent then, so that a stray datagram is never answered.
 */
export const answerCommand = (text: string, client: string, hostname: string): string | undefined => {
  const line = text.trim()
  const [verb = ''] = line.split(' ', 1)
  switch (verb.toLowerCase()) {
    case 'hostname':
      return line.length === verb.length ? hostname : undefined
    case 'clientip':
      return line.length === verb.length ? client : undefined
    case 'echo':
      return line.length > verb.length ? line.slice(verb.length + 1) : undefined
    default:
      return undefined
  }
}
