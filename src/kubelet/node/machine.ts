import { randomUUID } from 'node:crypto'
import { readFileSync, statfsSync } from 'node:fs'
import { availableParallelism, machine as hardware, release, totalmem } from 'node:os'
import { type Machine, runtimeVersionText } from './node-object.ts'

const GO_ARCH: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm', i686: '386' }

const firstLine = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

/**
 * What the kubelet says of the machine. The version is Kubernetes' own with our name, since clients compare it with the
 * server's.
 */
export const readMachine = (stateDir: string): Machine => {
  const { blocks, bsize } = statfsSync(stateDir)
  const machineID = firstLine('/etc/machine-id') || randomUUID().replaceAll('-', '')
  const osImage = /^PRETTY_NAME="?(.*?)"?$/m.exec(firstLine('/etc/os-release'))?.[1] ?? 'Linux'
  return {
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    diskBytes: blocks * bsize,
    info: {
      machineID,
      systemUUID: machineID,
      bootID: firstLine('/proc/sys/kernel/random/boot_id'),
      kernelVersion: release(),
      osImage,
      containerRuntimeVersion: runtimeVersionText(undefined),
      kubeletVersion: 'v1.36.0-fairlead',
      // Deprecated in Kubernetes, and empty there too.
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: GO_ARCH[hardware()] ?? hardware(),
    },
  }
}
