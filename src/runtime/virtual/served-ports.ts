import { type EchoFlags, parseFlags } from '#echo/flags.ts'
import type { ContainerSpec } from '../runtime.ts'

type Served = Pick<ContainerSpec, 'image' | 'command' | 'args' | 'ports'>

const ECHO = /^(?:docker\.io\/)?fairlead\/echo(?:[:@]|$)/
const NETEXEC = 'netexec'
const OFF = -1

/**
 * What the program itself would be told: the arguments of fairlead/echo, or those of netexec, which stand behind that word
 * (`args: [netexec]`, `command: [/agnhost, netexec]`). Undefined: it is another program, which nobody knows here.
 */
const argumentsOf = ({ image, command = [], args = [] }: Served): readonly string[] | undefined => {
  const words = [...command, ...args]
  const at = words.slice(0, 2).indexOf(NETEXEC)
  if (at >= 0) return words.slice(at)
  // A first word that is no flag is a verb or a program of the image.
  const isOwn = ECHO.test(image) && command.length === 0 && (args[0] ?? '-').startsWith('-')
  return isOwn ? args : undefined
}

/**
 * The servers that stand for a container: those of the program, where it is one that answers as echo does, and HTTP and UDP
 * on every port that its pod declares beside. Throws FlagError, as the program would.
 */
export const servedPorts = (served: Served): readonly EchoFlags[] => {
  const words = argumentsOf(served)
  const own = words && parseFlags(words)
  const { delayShutdown } = own ?? parseFlags([])
  const declared = (protocol: string, ...taken: readonly (number | undefined)[]): readonly number[] => {
    const ports = (served.ports ?? []).filter((one) => one.protocol === protocol).map(({ port }) => port)
    return [...new Set(ports)].filter((port) => !taken.includes(port))
  }
  const http = declared('TCP', own?.httpPort, own?.tcpPort)
  const udp = declared('UDP', own?.udpPort)
  const rest = Array.from({ length: Math.max(http.length, udp.length) }, (_, index) => ({
    httpPort: http[index] ?? OFF,
    udpPort: udp[index] ?? OFF,
    tcpPort: OFF,
    delayShutdown,
  }))
  return own === undefined ? rest : [own, ...rest]
}
