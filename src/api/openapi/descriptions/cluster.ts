import type { Descriptions } from './description.ts'
import { condition } from './meta.ts'

const IMMUTABLE = 'Whether the contents are fixed for good; it can be set, and not taken back.'

export const CLUSTER: Descriptions = {
  Namespace: {
    about: 'A Namespace is a room for names: most objects live in one, and go with it.',
    fields: { spec: 'What keeps it.', status: 'Whether it is going. Written by the system.' },
  },
  NamespaceSpec: {
    about: 'What keeps a namespace.',
    fields: { finalizers: 'Who has something to do before it may go; the system’s own entry empties it.' },
  },
  NamespaceStatus: {
    about: 'Whether a namespace is going.',
    fields: { phase: 'Active, or Terminating: nothing new can be made in it.', conditions: 'What it is waiting for.' },
  },
  NamespaceCondition: condition('a namespace that is going'),
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
      podPreemptionPolicy: 'Which pods its agent may push out for others.',
    },
  },
  NodePodPreemptionPolicy: {
    about: 'Which pods a node’s agent may push out for others.',
    fields: { disableResizePreemption: 'Whether a pod that wants more is not to push out others.' },
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
  ConfigMap: {
    about: 'A ConfigMap holds settings for pods, as environment variables or files.',
    fields: {
      data: 'Texts by key. A key is a file’s name where the map is mounted.',
      binaryData: 'The same for what is no UTF-8, in base64.',
      immutable: IMMUTABLE,
    },
  },
  Secret: {
    about: 'A Secret holds what not everybody may read. It is encoded, not encrypted.',
    fields: {
      data: 'Values by key, in base64.',
      stringData: 'The same as plain text, for writing only: it goes into data.',
      type: 'What it is for; some types demand certain keys. Default Opaque. It cannot change.',
      immutable: IMMUTABLE,
    },
  },
  ServiceAccount: {
    about: 'A ServiceAccount is who a pod is to the API.',
    fields: {
      secrets: 'Secrets that its pods may mount, where that is restricted.',
      imagePullSecrets: 'Secrets for image registries, for pods that name none.',
      automountServiceAccountToken: 'Whether its pods are given a token, unless they say otherwise. Default true.',
    },
  },
  ObjectReference: {
    about: 'Names an object.',
    fields: {
      kind: 'Its kind.',
      namespace: 'Its namespace.',
      name: 'Its name.',
      uid: 'Its uid.',
      apiVersion: 'Its group and version.',
      resourceVersion: 'The state of it that is meant.',
      fieldPath: 'The part of it that is meant, such as spec.containers{web}.',
    },
  },
  LocalObjectReference: { about: 'Names an object of the same namespace.', fields: { name: 'Its name.' } },
  Event: {
    about: 'An Event tells what happened to an object. It is kept for a while, and `kubectl describe` shows it.',
    fields: {
      involvedObject: 'What it happened to.',
      reason: 'One word of what happened, for programs.',
      message: 'What happened, for people.',
      source: 'Who says so.',
      firstTimestamp: 'When it happened first.',
      lastTimestamp: 'When it happened last.',
      count: 'How often it happened.',
      type: 'Normal or Warning.',
      eventTime: 'When it was noticed first, in the newer form of events.',
      series: 'How it went on, in the newer form of events.',
      action: 'What was done about it, in the newer form of events.',
      related: 'A second object that has to do with it.',
      reportingComponent: 'Name of the controller that says so.',
      reportingInstance: 'Which instance of it.',
    },
  },
  EventSource: {
    about: 'Who tells of an event.',
    fields: { component: 'Name of the component.', host: 'The node that it runs on.' },
  },
  EventSeries: {
    about: 'An event that goes on.',
    fields: { count: 'How often it happened so far.', lastObservedTime: 'When it was seen last.' },
  },
}
