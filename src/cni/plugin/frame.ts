/**
 * How the plugin's program (`door/door.c`) hands a request to the agent, and gets its answer: lengths first, little-endian.
 * `FLC1`, length of the environment, length of the input, `CNI_COMMAND=ADD` and others of CNI_* ended by a 0 each, the
 * input; and back `FLC1`, exit status, length of the output, the output.
 */
const MAGIC = 'FLC1'
const HEADER = 12
/** As the program's own limits, octets. */
const MOST_ENVIRONMENT = 256 << 10
const MOST = 4 << 20

/** A request as it was sent. */
export interface SentRequest {
  readonly env: Readonly<Record<string, string>>
  readonly stdin: string
}

const hasMagic = (octets: Buffer): boolean => octets.subarray(0, 4).toString('latin1') === MAGIC

/** How many octets a request has, by its first 12; undefined: too few are there. Throws RangeError where it is none. */
const lengthOf = (octets: Buffer): number | undefined => {
  if (octets.length < HEADER) return undefined
  const [environment, input] = [octets.readUInt32LE(4), octets.readUInt32LE(8)]
  if (!hasMagic(octets)) throw new RangeError('it does not begin as the requests of our plugin do')
  if (environment > MOST_ENVIRONMENT || input > MOST) throw new RangeError('it is larger than any request may be')
  return HEADER + environment + input
}

/** The request, as soon as all of it is there; undefined until then. Throws RangeError where it is none. */
export const readRequest = (octets: Buffer): SentRequest | undefined => {
  const length = lengthOf(octets)
  if (length === undefined || octets.length < length) return undefined
  if (octets.length > length) throw new RangeError('something comes after its end')
  const input = HEADER + octets.readUInt32LE(4)
  const pairs = octets.subarray(HEADER, input).toString('utf8').split('\0').filter(Boolean)
  return {
    env: Object.fromEntries(
      pairs.map((pair) => {
        const [name = '', ...value] = pair.split('=')
        return [name, value.join('=')]
      }),
    ),
    stdin: octets.subarray(input).toString('utf8'),
  }
}

/** What the program gives its caller. */
export interface PluginAnswer {
  readonly exitStatus: 0 | 1
  readonly stdout: string
}

export const answerFrame = ({ exitStatus, stdout }: PluginAnswer): Buffer => {
  const output = Buffer.from(stdout)
  const header = Buffer.alloc(HEADER)
  header.write(MAGIC, 'latin1')
  header.writeUInt32LE(exitStatus, 4)
  header.writeUInt32LE(output.length, 8)
  return Buffer.concat([header, output])
}
