import { type Echo, startEcho } from '#echo/echo.ts'
import { FlagError } from '#echo/flags.ts'
import type { EchoNetwork, Surroundings } from '#echo/surroundings.ts'
import { placeOf } from '#echo/who-answers.ts'
import type { ContainerSpec, ContainerState } from '../runtime.ts'
import { servedPorts } from './served-ports.ts'
import { writeLogLine } from './virtual-log.ts'
import type { VirtualRecord } from './virtual-record.ts'

type Exited = Extract<ContainerState, { state: 'exited' }>

/** 128 and SIGKILL. */
const KILLED = 137
const BAD_FLAG = 2
const FAILED = 1

interface ContainerOwner {
  readonly network: (namespace: string) => EchoNetwork
  /** It is in another state now. */
  readonly changed: (container: VirtualContainer) => void
  readonly exited: (container: VirtualContainer, state: Exited) => void
  readonly onError: (error: unknown) => void
}

/**
 * A container without a process: sockets in its pod's namespace, at which this process answers as the program of
 * fairlead/echo would. It starts, tells in its log, drains and ends as that program does.
 */
export class VirtualContainer {
  readonly spec: ContainerSpec
  readonly #owner: ContainerOwner
  readonly #waiters: (() => void)[] = []
  #status: ContainerState
  #echoes: readonly Echo[] = []
  #isDraining = false

  constructor({ spec, status }: VirtualRecord, owner: ContainerOwner) {
    this.spec = spec
    this.#status = status
    this.#owner = owner
  }

  get status(): ContainerState {
    return this.#status
  }

  /** Resolves when it listens, or has ended since it cannot. */
  async start(): Promise<void> {
    const { createdAt } = this.#status
    this.#status = { state: 'running', pid: process.pid, createdAt, startedAt: new Date().toISOString() }
    if (this.spec.isInit) return this.#exit(0)
    this.#owner.changed(this)
    await this.listen()
  }

  /** Opens what a container that runs listens at; anew, where the process that had done so before is dead. */
  async listen(): Promise<void> {
    try {
      const all = servedPorts(this.spec)
      if (all.length === 0) this.#log('no port is declared: nothing listens')
      for (const flags of all) {
        const echo = await startEcho(flags, (code) => this.#exit(code), this.#surroundings())
        // Ended meanwhile: nobody else would close it.
        if (this.#status.state !== 'running') return echo.close()
        this.#echoes = [...this.#echoes, echo]
        const { http, udp, tcp } = echo.ports
        this.#log(`http ${http}, udp ${udp}, tcp ${tcp} (-1 is off)`)
      }
    } catch (error) {
      this.#log((error as Error).message)
      this.#exit(error instanceof FlagError ? BAD_FLAG : FAILED)
    }
  }

  /** Drains for `graceSeconds` at most; resolves when it has ended. */
  async stop(graceSeconds: number): Promise<void> {
    if (this.#status.state === 'exited') return
    const exit = new Promise<void>((resolve) => this.#waiters.push(resolve))
    // What was never started has nothing that could be in flight.
    if (this.#status.state === 'created' || graceSeconds <= 0) this.#exit(KILLED)
    else this.#drain()
    const timer = setTimeout(() => this.#exit(KILLED), graceSeconds * 1000)
    try {
      await exit
    } finally {
      clearTimeout(timer)
    }
  }

  /** It has ended with the network that it was in. */
  lose(): void {
    this.#exit(KILLED, 'ContainerStatusUnknown')
  }

  #drain(): void {
    if (this.#isDraining) return
    this.#isDraining = true
    const [echo] = this.#echoes
    if (echo !== undefined) this.#log(`SIGTERM, accepting ${servedPorts(this.spec)[0]!.delayShutdown} s more`)
    Promise.all(this.#echoes.map((one) => one.drain())).then(
      () => this.#exit(0),
      () => this.#exit(FAILED),
    )
  }

  #exit(exitCode: number, unseen?: Exited['reason']): void {
    if (this.#status.state === 'exited') return
    const now = new Date().toISOString()
    const { createdAt } = this.#status
    const startedAt = this.#status.state === 'running' ? this.#status.startedAt : now
    const reason = unseen ?? (exitCode === 0 ? 'Completed' : 'Error')
    const exited: Exited = { state: 'exited', exitCode, createdAt, startedAt, finishedAt: now, reason }
    this.#status = exited
    for (const echo of this.#echoes) echo.close()
    this.#echoes = []
    this.#owner.changed(this)
    for (const wake of this.#waiters.splice(0)) wake()
    this.#owner.exited(this, exited)
  }

  #log(text: string): void {
    try {
      writeLogLine(this.spec.logPath, `echo: ${text}`)
    } catch (error) {
      // A full disk, or a log folder that somebody removed: whoever asks is answered all the same.
      this.#owner.onError(error)
    }
  }

  #surroundings(): Surroundings {
    const { env } = this.spec
    return {
      hostname: env.findLast(({ name }) => name === 'HOSTNAME')?.value ?? '',
      // Hundreds, where there are many Services: made for who asks.
      get env() {
        return Object.fromEntries(env.map(({ name, value }) => [name, value]))
      },
      place: placeOf(this.spec.annotations),
      network: this.#owner.network(this.spec.namespaces.network),
      say: (text) => this.#log(text),
      onFault: (text) => this.#log(text),
    }
  }
}
