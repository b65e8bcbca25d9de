import { condition } from '#api/meta/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  Node: {
    about: 'A Node is a machine that runs pods. Its agent registers it.',
    fields: { spec: 'What others decide about it.', status: 'How it is, as its agent reports.' },
  },
  NodeSpec: {
    about: 'What is decided about a node.',
    fields: {
      podCIDR: 'The range of its pods’ addresses; the first of podCIDRs.',
      podCIDRs: 'The ranges of its pods’ addresses, one for each IP family. They cannot change.',
      providerID: 'What a cloud calls the machine.',
      unschedulable: 'Whether new pods stay away, as `kubectl cordon` sets it.',
      taints: 'What keeps pods away that do not tolerate it.',
      configSource: 'No longer used.',
      externalID: 'No longer used.',
    },
  },
  Taint: {
    about: 'Keeps pods off a node that do not tolerate it.',
    fields: {
      key: 'What the taint is about.',
      value: 'A word more.',
      effect: 'NoSchedule: no new pods. PreferNoSchedule: rather none. NoExecute: those that are there go too.',
      timeAdded: 'When it was added.',
    },
  },
  NodeStatus: {
    about: 'How a node is.',
    fields: {
      capacity: 'What it has: processors, memory, pods.',
      allocatable: 'What of that is for pods.',
      phase: 'No longer used.',
      conditions: 'Ready, and whether memory, disk or process numbers run short.',
      addresses: 'Where it is reached; a type may stand there once for each IP family.',
      daemonEndpoints: 'The ports of its agent.',
      nodeInfo: 'Versions and names of what runs there.',
      images: 'Images that are there already.',
      volumesInUse: 'Attached volumes that pods use.',
      volumesAttached: 'Volumes that are attached.',
      config: 'No longer used.',
      runtimeHandlers: 'What the container runtime offers.',
      features: 'What the agent and the runtime can do.',
      declaredFeatures: 'Features that the agent says it has.',
    },
  },
  NodeCondition: condition('a node'),
  NodeAddress: {
    about: 'One way to reach a node.',
    fields: { type: 'InternalIP, ExternalIP, Hostname, InternalDNS or ExternalDNS.', address: 'The address or name.' },
  },
  NodeDaemonEndpoints: { about: 'The ports of a node’s agent.', fields: { kubeletEndpoint: 'The kubelet’s.' } },
  DaemonEndpoint: { about: 'A port.', fields: { Port: 'Its number.' } },
  NodeSystemInfo: {
    about: 'Versions and names of what runs on a node.',
    fields: {
      machineID: 'The id of the installed system.',
      systemUUID: 'The id of the machine.',
      bootID: 'Another one at each boot.',
      kernelVersion: 'The kernel’s version.',
      osImage: 'The system, in words.',
      containerRuntimeVersion: 'Name and version of the container runtime.',
      kubeletVersion: 'The agent’s version.',
      kubeProxyVersion: 'No longer used.',
      operatingSystem: 'Such as linux.',
      architecture: 'Such as amd64.',
      swap: 'Its swap space.',
    },
  },
  NodeSwapStatus: { about: 'Swap space.', fields: { capacity: 'Its size in bytes.' } },
  ContainerImage: { about: 'An image.', fields: { names: 'Names for it.', sizeBytes: 'Its size in bytes.' } },
}
