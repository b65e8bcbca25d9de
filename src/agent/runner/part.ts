import type { Registry } from '#metrics/registry.ts'
import type { SourceName, Sources } from '../sources/sources.ts'
import type { Place } from './place.ts'

/** What a part says of itself. */
export interface PartStatus {
  /** It does what it is for. */
  readonly ready: boolean
  /**
   * What is wrong with it, in words. None, and not ready: it is only starting. Some, and ready: they hold up nothing else
   * that it does.
   */
  readonly faults: readonly string[]
  /**
   * Why the node carries no pods though nothing is wrong with the part, in the words of the Node's condition: what others
   * are to bring is not there.
   */
  readonly nodeWaits?: string | undefined
}

/** A part that runs. */
export interface Part {
  /** Resolves when it does what it is for, for the first time. Where it rejects, the part is started again. */
  readonly ready: Promise<unknown>
  status(): PartStatus
  /** Lets go of everything. What it has laid into the kernel stays and goes on working. */
  stop(): void | Promise<void>
  readonly metrics?: Registry
  /** Looks now what somebody has changed of what it keeps, puts it right, and says what it was, in words. */
  look?(): readonly string[]
}

/** What the runner shows of a part, whether it runs or not. */
export interface PartState extends PartStatus {
  readonly name: string
  /** How often it could not be started, or ended by a fault. */
  readonly failures: number
}

/** What a part stands on: other parts of the same place, and sources of the process. Without them it is not started. */
interface Needs<S extends SourceName = SourceName> {
  readonly parts: readonly Pick<PartDefinition, 'name'>[]
  /** The same of those of them that were asked for here: a cluster may leave their work to others. */
  readonly partsIfAsked?: readonly Pick<PartDefinition, 'name'>[]
  readonly sources: readonly S[]
}

/** What a part is started with, beside what it knows of its place. */
export interface Ground<S extends SourceName = SourceName> {
  /** Those that it needs. */
  readonly sources: Pick<Sources, S>
  /** A part that it needs: it runs as long as this one does. */
  part<P extends Part>(definition: PartDefinition<never, P>): P
  /** Any other part of this place, or one that it needs if asked for; undefined where it does not run at present. */
  find<P extends Part>(definition: PartDefinition<never, P>): P | undefined
  /** Of all parts that were asked for here. */
  states(): readonly PartState[]
  /** The metrics of all parts that run here, and of their states. */
  registries(): readonly Registry[]
  /** What keeps pods here from working, in words: a part at fault that they rely on. */
  podFault(): string | undefined
  /** Called whenever a part here starts or fails, until the answer is called. */
  onChange(listener: () => void): () => void
  /** What its status says of the node is another now: whoever listens by `onChange` is told. */
  tell(): void
  /** It cannot go on: it is stopped, and started again with back-off. */
  fail(error: Error): void
}

/** A part as it stands in a list: what it is called, what it stands on, and how it starts. */
export interface PartDefinition<Here extends Place = never, P extends Part = Part> {
  readonly name: string
  readonly needs: Needs
  /** Pods of the place rely on it: while it is at fault, the Node is not Ready. */
  readonly carriesPods: boolean
  /** Throws, or rejects, where it cannot start: it is tried again. */
  start(here: Here & Ground): P | Promise<P>
}

/** A definition as it is written: `start` sees the sources that it says it needs, and no other. */
export interface WrittenPart<Here extends Place, S extends SourceName, P extends Part> {
  readonly name: string
  readonly needs: Needs<S>
  readonly carriesPods: boolean
  start(here: Here & Ground<S>): P | Promise<P>
}

/** A part that can run anywhere. */
export const definePart = <const S extends SourceName, P extends Part>(
  part: WrittenPart<Place, S, P>,
): PartDefinition<Place, P> => part
