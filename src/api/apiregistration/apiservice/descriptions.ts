import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  APIService: { about: 'Who answers for a version of a group of the API: this server, or a Service.', fields: {} },
  APIServiceSpec: {
    about: 'Which version of which group, and who answers for it.',
    fields: {
      service: 'The Service that answers. Without it, this server does.',
      group: 'The group.',
      version: 'The version.',
      insecureSkipTLSVerify: 'Whether the certificate of the Service counts for nothing.',
      caBundle: 'Certificates in PEM by which the Service is known.',
      groupPriorityMinimum: 'Groups with more come first.',
      versionPriority: 'Versions of a group with more come first.',
    },
  },
}
