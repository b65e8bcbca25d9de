import { condition } from '#api/meta/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

const NAMES = {
  plural: 'The word in the path: /apis/GROUP/VERSION/PLURAL. Lower case.',
  singular: 'The word for one of them. By default the kind in lower case.',
  shortNames: 'Shorter words that kubectl understands.',
  kind: 'What objects call themselves, in CamelCase.',
  listKind: 'What lists call themselves. By default the kind with List behind it.',
  categories: 'Groups of resources that it belongs to, such as all.',
}

export const descriptions: Descriptions = {
  CustomResourceDefinition: {
    about: 'A CustomResourceDefinition declares a kind that the API serves beside its own.',
    fields: {
      spec: 'What the kind is to be.',
      status: 'Which names it has, and whether it is served. Written by the system.',
    },
  },
  CustomResourceDefinitionSpec: {
    about: 'The names, the versions and the scope of a kind.',
    fields: {
      group: 'The group of the kind, a domain. The definition is named PLURAL.GROUP.',
      names: 'What the kind is called.',
      scope: 'Namespaced: objects lie in namespaces. Cluster: they do not.',
      versions: 'The versions in which objects are served. One of them is stored.',
      conversion: 'How objects go from one version to another.',
      preserveUnknownFields:
        'Must be false; x-kubernetes-preserve-unknown-fields in a schema is what there is instead.',
    },
  },
  CustomResourceDefinitionNames: { about: 'What a kind is called.', fields: NAMES },
  CustomResourceDefinitionVersion: {
    about: 'One version of a kind.',
    fields: {
      name: 'The version, such as v1 or v1beta1.',
      served: 'Whether it can be asked for.',
      storage: 'Whether objects are stored in it. True of one version.',
      deprecated: 'Whether who asks for it is warned.',
      deprecationWarning: 'What they are told, instead of the words of the system.',
      schema: 'What objects look like. What the schema does not name is dropped.',
      subresources: 'Parts of objects that have a path of their own.',
      additionalPrinterColumns: 'What kubectl get prints behind the name. By default the age.',
      selectableFields: 'Fields by which objects can be selected, up to 8.',
    },
  },
  CustomResourceValidation: {
    about: 'The schema of a version.',
    fields: { openAPIV3Schema: 'A structural schema: every field has a type.' },
  },
  CustomResourceSubresources: {
    about: 'Parts of objects that have a path of their own.',
    fields: {
      status: 'With it, the status is written by the path /status alone, and nothing else is written there.',
      scale: 'With it, objects can be scaled by the path /scale.',
    },
  },
  CustomResourceSubresourceScale: {
    about: 'Where the numbers of a scale stand in an object.',
    fields: {
      specReplicasPath: 'How many are wanted, such as .spec.replicas.',
      statusReplicasPath: 'How many there are, such as .status.replicas.',
      labelSelectorPath: 'The selector of the pods, as text, such as .status.selector. Autoscalers need it.',
    },
  },
  CustomResourceColumnDefinition: {
    about: 'A column of what kubectl get prints.',
    fields: {
      name: 'The head of the column.',
      type: 'integer, number, string, boolean or date.',
      format: 'How the value is written. The format name marks the column of names.',
      description: 'What the column shows.',
      priority: '0: always shown. More: with -o wide alone.',
      jsonPath: 'Where the value stands, such as .spec.replicas.',
    },
  },
  SelectableField: {
    about: 'A field by which objects can be selected.',
    fields: { jsonPath: 'Where the field stands, such as .spec.color. A text, a whole number or a boolean.' },
  },
  CustomResourceConversion: {
    about: 'How objects go from one version to another.',
    fields: {
      strategy: 'None: only apiVersion is changed. Webhook: somebody else is asked.',
      webhook: 'Who is asked, for Webhook.',
    },
  },
  WebhookConversion: {
    about: 'Who converts objects.',
    fields: {
      clientConfig: 'How they are reached.',
      conversionReviewVersions: 'Versions of ConversionReview that they understand, the preferred one first.',
    },
  },
  WebhookClientConfig: {
    about: 'How a webhook is reached: by URL or as a Service.',
    fields: {
      url: 'https://host:port/path.',
      service: 'A Service of the cluster.',
      caBundle: 'Certificates in PEM by which the webhook is known. By default those of the system.',
    },
  },
  ServiceReference: {
    about: 'A Service that a webhook is behind.',
    fields: {
      namespace: 'The namespace of the Service.',
      name: 'The name of the Service.',
      path: 'The path that is asked.',
      port: 'The port that is asked. Default 443.',
    },
  },
  CustomResourceDefinitionStatus: {
    about: 'Which names a kind has, and whether it is served.',
    fields: {
      conditions: 'What holds of the definition: NamesAccepted, Established, Terminating.',
      acceptedNames: 'The names under which it is served; those that others have are missing.',
      storedVersions: 'Versions in which objects may be stored. None of them may go from the spec.',
      observedGeneration: 'The generation that this was said of.',
    },
  },
  CustomResourceDefinitionCondition: condition('a definition'),
}
