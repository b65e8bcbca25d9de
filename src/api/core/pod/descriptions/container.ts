import type { Description, Descriptions } from '#api/openapi/description.ts'

const OPTIONAL = 'Whether it may be missing. Default false: then the container waits for it.'

const container: Description['fields'] = {
  name: 'Name of the container, a DNS label, unique in the pod.',
  image: 'The image.',
  command: 'The program to run, instead of that of the image.',
  args: 'Arguments of the command, instead of those of the image.',
  workingDir: 'The folder in which the program starts. Default: the image’s.',
  ports: 'Ports that the container listens on. A name given here can be a targetPort.',
  envFrom: 'ConfigMaps and Secrets whose every key becomes an environment variable.',
  env: 'Environment variables.',
  resources: 'CPU and memory: how much is asked for, and how much is the most.',
  resizePolicy: 'Whether the container starts again when its resources change.',
  restartPolicy: 'Always, for an init container: it goes on running beside the others (a sidecar).',
  restartPolicyRules: 'Exit codes after which it is started again, or not.',
  volumeMounts: 'Where volumes of the pod appear in the container.',
  volumeDevices: 'Block devices that appear in the container.',
  livenessProbe: 'A container that fails it is started again.',
  readinessProbe: 'A pod that fails it gets no traffic from Services.',
  startupProbe: 'Until it succeeds, the other probes wait; a container that fails it is started again.',
  lifecycle: 'What is done after its start and before its end.',
  terminationMessagePath: 'The file in which it leaves its last words. Default /dev/termination-log.',
  terminationMessagePolicy: 'File (the default), or FallbackToLogsOnError: the end of its log where there is no file.',
  imagePullPolicy: 'Always, IfNotPresent or Never. Default: Always for the tag latest, else IfNotPresent.',
  securityContext: 'Its user, and what it may do.',
  stdin: 'Whether its input is kept open for `kubectl attach`.',
  stdinOnce: 'Whether its input is closed after the first who attached has gone.',
  tty: 'Whether it has a terminal.',
}
const action: Description['fields'] = {
  exec: 'Runs a program in the container; status 0 is success.',
  httpGet: 'Asks by HTTP; a status from 200 to 399 is success.',
  tcpSocket: 'Opens a connection; that it opens is success.',
}
const quantities: Description['fields'] = {
  limits: 'The most that it gets, by resource: cpu: 500m is half a processor, memory: 64Mi.',
  requests: 'What is set aside for it. Default: the limit.',
}

export const containers: Descriptions = {
  Container: { about: 'A program in an image, as it runs in a pod.', fields: container },
  EphemeralContainer: {
    about: 'A container that is added to a running pod, to look into it.',
    fields: { ...container, targetContainerName: 'The container whose processes it sees.' },
  },
  ContainerPort: {
    about: 'A port that a container listens on. It is for names and for readers: others are reached too.',
    fields: {
      name: 'A name that a Service’s targetPort can use.',
      containerPort: 'The number.',
      hostPort: 'A port of the node that leads to it.',
      hostIP: 'The address of the node for hostPort. Default: all.',
      protocol: 'TCP (the default), UDP or SCTP.',
    },
  },
  EnvVar: {
    about: 'An environment variable.',
    fields: {
      name: 'Its name.',
      value: 'Its value; $(NAME) is replaced by a variable that stands before it.',
      valueFrom: 'Where its value comes from.',
    },
  },
  EnvVarSource: {
    about: 'Where a variable’s value comes from; one of these.',
    fields: {
      fieldRef: 'A field of the pod.',
      resourceFieldRef: 'A limit or request of a container.',
      configMapKeyRef: 'A key of a ConfigMap.',
      secretKeyRef: 'A key of a Secret.',
      fileKeyRef: 'A key of a file in a volume.',
    },
  },
  EnvFromSource: {
    about: 'An object whose every key becomes an environment variable.',
    fields: {
      prefix: 'Put before each name.',
      configMapRef: 'A ConfigMap.',
      secretRef: 'A Secret.',
    },
  },
  ConfigMapEnvSource: { about: 'A ConfigMap.', fields: { name: 'Its name.', optional: OPTIONAL } },
  SecretEnvSource: { about: 'A Secret.', fields: { name: 'Its name.', optional: OPTIONAL } },
  ConfigMapKeySelector: {
    about: 'A key of a ConfigMap.',
    fields: { name: 'The ConfigMap’s name.', key: 'The key.', optional: OPTIONAL },
  },
  SecretKeySelector: {
    about: 'A key of a Secret.',
    fields: { name: 'The Secret’s name.', key: 'The key.', optional: OPTIONAL },
  },
  FileKeySelector: {
    about: 'A key of a file of settings in a volume.',
    fields: { volumeName: 'The volume’s name.', path: 'The file in it.', key: 'The key.', optional: OPTIONAL },
  },
  ObjectFieldSelector: {
    about: 'A field of the pod itself.',
    fields: { fieldPath: 'Such as metadata.name, status.podIP or spec.nodeName.', apiVersion: 'Of the path; v1.' },
  },
  ResourceFieldSelector: {
    about: 'A limit or request of a container.',
    fields: {
      containerName: 'The container; needed in volumes.',
      resource: 'Such as limits.cpu or requests.memory.',
      divisor: 'The unit in which it is given: 1m, 1Mi. Default 1.',
    },
  },
  ResourceRequirements: {
    about: 'What a container is given.',
    fields: { ...quantities, claims: 'Devices that the pod claims and this container uses.' },
  },
  ResourceClaim: {
    about: 'A device that the pod claims.',
    fields: { name: 'The claim’s name in the pod.', request: 'The part of the claim that is used.' },
  },
  ContainerResizePolicy: {
    about: 'What a change of a resource does to a container.',
    fields: { resourceName: 'cpu or memory.', restartPolicy: 'NotRequired (the default) or RestartContainer.' },
  },
  ContainerRestartRule: {
    about: 'When a container is started again, whatever the pod’s restartPolicy.',
    fields: { action: 'What is done.', exitCodes: 'After which exit codes.' },
  },
  ContainerRestartRuleOnExitCodes: {
    about: 'Exit codes.',
    fields: { operator: 'In or NotIn.', values: 'The codes.' },
  },
  Probe: {
    about: 'A question that is asked of a container again and again; one way to ask.',
    fields: {
      ...action,
      grpc: 'Asks gRPC’s health service.',
      initialDelaySeconds: 'Seconds after the start before the first question. Default 0.',
      timeoutSeconds: 'Seconds after which no answer is a failure. Default 1.',
      periodSeconds: 'Seconds between questions. Default 10.',
      successThreshold: 'Successes in a row that it takes after a failure. Default 1.',
      failureThreshold: 'Failures in a row that it takes. Default 3.',
      terminationGracePeriodSeconds: 'Seconds to end, where this probe ends the container. Default: the pod’s.',
    },
  },
  ExecAction: {
    about: 'A program to run in the container.',
    fields: { command: 'The program and its arguments; no shell is between.' },
  },
  HTTPGetAction: {
    about: 'A question by HTTP.',
    fields: {
      path: 'The path. Default /.',
      port: 'The port, as a number or by the name of a container port.',
      host: 'The host. Default: the pod’s address.',
      scheme: 'HTTP (the default) or HTTPS, whose certificate is not checked.',
      httpHeaders: 'Headers to send.',
    },
  },
  HTTPHeader: { about: 'A header.', fields: { name: 'Its name.', value: 'Its value.' } },
  TCPSocketAction: {
    about: 'A connection to open.',
    fields: {
      port: 'The port, as a number or by the name of a container port.',
      host: 'The host. Default: the pod’s address.',
    },
  },
  GRPCAction: {
    about: 'A question by gRPC.',
    fields: { port: 'The port, a number.', service: 'The service to ask for.' },
  },
  SleepAction: { about: 'A while to wait.', fields: { seconds: 'How long.' } },
  Lifecycle: {
    about: 'What is done after a container’s start and before its end.',
    fields: {
      postStart: 'At once after its start; where it fails, the container is ended.',
      preStop: 'Before it gets its signal to end, within the grace period.',
      stopSignal: 'The signal to end. Default: the image’s, else SIGTERM.',
    },
  },
  LifecycleHandler: {
    about: 'What is done; one of these.',
    fields: { ...action, sleep: 'Waits a while.' },
  },
  ContainerStatus: {
    about: 'How a container is.',
    fields: {
      name: 'The container.',
      state: 'What it is doing.',
      lastState: 'How it ended last.',
      ready: 'Whether it takes traffic.',
      restartCount: 'How often it was started again.',
      image: 'The image.',
      imageID: 'Which image that is exactly.',
      containerID: 'The runtime’s id of it.',
      started: 'Whether it runs, and its startup probe has succeeded.',
      allocatedResources: 'What the node has set aside for it.',
      resources: 'What it has.',
      volumeMounts: 'How its volumes are mounted.',
      user: 'The user that its first process runs as.',
      allocatedResourcesStatus: 'How its devices are.',
      stopSignal: 'The signal to end that counts for it.',
    },
  },
  ContainerState: {
    about: 'What a container is doing; one of these.',
    fields: { waiting: 'It has not started.', running: 'It runs.', terminated: 'It has ended.' },
  },
  ContainerStateWaiting: {
    about: 'Why a container has not started.',
    fields: { reason: 'One word, such as ImagePullBackOff or CrashLoopBackOff.', message: 'The same for people.' },
  },
  ContainerStateRunning: { about: 'A container that runs.', fields: { startedAt: 'Since when.' } },
  ContainerStateTerminated: {
    about: 'How a container ended.',
    fields: {
      exitCode: 'Its exit status; 137 is SIGKILL.',
      signal: 'The signal that ended it.',
      reason: 'One word, such as Completed, Error or OOMKilled.',
      message: 'Its last words.',
      startedAt: 'When it started.',
      finishedAt: 'When it ended.',
      containerID: 'The runtime’s id of it.',
    },
  },
  SecurityContext: {
    about: 'The user of a container, and what it may do. It goes before the pod’s.',
    fields: {
      capabilities: 'Rights of the kernel that it is given or loses.',
      privileged: 'Whether it may do what root of the node may. Default false.',
      seLinuxOptions: 'Its SELinux label.',
      windowsOptions: 'For Windows.',
      runAsUser: 'The user’s number. Default: the image’s.',
      runAsGroup: 'The group’s number. Default: the image’s.',
      runAsNonRoot: 'Whether it is refused where it would be root.',
      readOnlyRootFilesystem: 'Whether its root folder cannot be written. Default false.',
      allowPrivilegeEscalation: 'Whether a program in it may get more rights than its parent. Default true.',
      procMount: 'How much of /proc it sees: Default or Unmasked.',
      seccompProfile: 'Which system calls it may make.',
      appArmorProfile: 'Its AppArmor profile.',
    },
  },
  PodSecurityContext: {
    about: 'Users, groups and rights for all containers of a pod.',
    fields: {
      seLinuxOptions: 'The SELinux label.',
      windowsOptions: 'For Windows.',
      runAsUser: 'The user’s number. Default: the image’s.',
      runAsGroup: 'The group’s number. Default: the image’s.',
      runAsNonRoot: 'Whether a container is refused that would be root.',
      supplementalGroups: 'Further groups.',
      supplementalGroupsPolicy: 'Merge (the default): with those of the image. Strict: only these.',
      fsGroup: 'The group that volumes are given to.',
      fsGroupChangePolicy: 'Always (the default), or OnRootMismatch: only where the volume’s own group differs.',
      sysctls: 'Settings of the kernel, for the pod alone.',
      seccompProfile: 'Which system calls containers may make.',
      appArmorProfile: 'The AppArmor profile.',
      seLinuxChangePolicy: 'How volumes get their SELinux label.',
    },
  },
  Capabilities: {
    about: 'Rights of the kernel, by their names without CAP_.',
    fields: { add: 'Given, such as NET_ADMIN.', drop: 'Taken away; ALL for all.' },
  },
  SELinuxOptions: {
    about: 'A label of SELinux.',
    fields: { user: 'Its user.', role: 'Its role.', type: 'Its type.', level: 'Its level.' },
  },
  SeccompProfile: {
    about: 'Which system calls may be made.',
    fields: {
      type: 'RuntimeDefault, Unconfined, or Localhost: a file of the node.',
      localhostProfile: 'That file.',
    },
  },
  AppArmorProfile: {
    about: 'A profile of AppArmor.',
    fields: {
      type: 'RuntimeDefault, Unconfined, or Localhost: one that the node has loaded.',
      localhostProfile: 'Its name.',
    },
  },
  Sysctl: { about: 'A setting of the kernel.', fields: { name: 'Its name.', value: 'Its value.' } },
}
