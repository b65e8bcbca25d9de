import type { CapabilityData } from '../call/capabilities.ts'
import { failedPlugin, failureText, missingPlugin, type PluginOutcome } from '../call/failure.ts'
import { type CniCommand, type PluginCall, pluginEnv, pluginInput, type Sandbox } from '../call/plugin-call.ts'
import { asVersion, type CniResult, parseResult } from '../call/result.ts'
import { CniError } from '../cni-error.ts'
import type { NetworkList, PluginConf } from '../conf/network-list.ts'
import { isAtLeast } from '../conf/version.ts'

/** Who runs programs. */
export interface PluginRunner {
  /** Folders of plugins, by the names that plugins know them by; the first that has one counts. */
  readonly path: readonly string[]
  /** Undefined: there is no such plugin in any of them. Never rejects but where it is aborted. */
  run(call: PluginCall): Promise<PluginOutcome | undefined>
}

interface More {
  readonly sandbox?: Sandbox
  readonly prevResult?: CniResult | undefined
  readonly capabilities?: CapabilityData
  readonly [key: string]: unknown
}

/** What is done with a network: its plugins are called in their order, and for DEL in the opposite one. */
export class Chain {
  readonly #runner: PluginRunner

  constructor(runner: PluginRunner) {
    this.#runner = runner
  }

  /**
   * Attaches. Each plugin gets what the one before has made; the last one's word is the result. What a chain has made that
   * fails is the caller's to take away, by `del` with those plugins that were called. Rejects with CniError
   * CNI_PLUGIN_FAILED.
   */
  async add(list: NetworkList, sandbox: Sandbox): Promise<CniResult> {
    let prevResult: CniResult | undefined
    for (const [index, plugin] of list.plugins.entries()) {
      const stdout = await this.#call('ADD', list, plugin, { sandbox, prevResult }, index)
      const result = parseResult(stdout)
      if (result === undefined)
        throw failed(plugin, 'ADD', `its result is no JSON object: ${JSON.stringify(stdout.slice(0, 200))}`, index + 1)
      prevResult = asVersion(result, list.cniVersion)
    }
    return prevResult!
  }

  /** Undoes an ADD, with what it was made with; `result`: what it gave, if it came that far. Rejects as `add`. */
  async del(list: NetworkList, sandbox: Sandbox, result: CniResult | undefined): Promise<void> {
    const prevResult = isAtLeast(list.cniVersion, '0.4.0') ? result : undefined
    for (const plugin of list.plugins.toReversed()) await this.#call('DEL', list, plugin, { sandbox, prevResult })
  }

  /** Whether all is as an ADD has left it: rejects where it is not. Networks before 0.4.0 cannot tell. */
  async check(list: NetworkList, sandbox: Sandbox, prevResult: CniResult): Promise<void> {
    if (list.disableCheck || !isAtLeast(list.cniVersion, '0.4.0')) return
    for (const plugin of list.plugins) await this.#call('CHECK', list, plugin, { sandbox, prevResult })
  }

  /** Whether its plugins can attach anybody: rejects where one says that it cannot. Networks before 1.1.0 do not tell. */
  async status(list: NetworkList): Promise<void> {
    if (!isAtLeast(list.cniVersion, '1.1.0')) return
    for (const plugin of list.plugins) await this.#call('STATUS', list, plugin, {})
  }

  /** Has its plugins free what is nobody's: `valid` are all that are attached. Gives what failed. */
  async gc(list: NetworkList, valid: readonly Pick<Sandbox, 'containerId' | 'ifName'>[]): Promise<readonly CniError[]> {
    if (list.disableGC || !isAtLeast(list.cniVersion, '1.1.0')) return []
    const attachments = valid.map(({ containerId, ifName }) => ({ containerID: containerId, ifname: ifName }))
    const faults: CniError[] = []
    // The specification's key, and the one that plugins knew before it was put right.
    for (const plugin of list.plugins)
      await this.#call('GC', list, plugin, {
        'cni.dev/valid-attachments': attachments,
        'cni.dev/attachments': attachments,
      }).catch((error: CniError) => faults.push(error))
    return faults
  }

  async #call(command: CniCommand, list: NetworkList, plugin: PluginConf, more: More, index = 0): Promise<string> {
    const { sandbox, ...input } = more
    const outcome = await this.#runner.run({
      type: plugin.type,
      env: pluginEnv(command, this.#runner.path, sandbox),
      stdin: pluginInput(list, plugin, { ...input, ...(sandbox && { capabilities: sandbox.capabilities }) }),
    })
    if (outcome === undefined) throw failed(plugin, command, missingPlugin(plugin.type, this.#runner.path), index)
    if (outcome.failure !== undefined) throw failed(plugin, command, failureText(outcome), index + 1)
    return outcome.stdout
  }
}

const failed = (plugin: PluginConf, command: CniCommand, why: string, called: number): CniError =>
  new CniError('CNI_PLUGIN_FAILED', failedPlugin(plugin, command, why), { called })
