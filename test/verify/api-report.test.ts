/**
 * The public API, name by name, as it stands in docs/api: a change of it is visible where it is reviewed. `npm run generate` writes it anew.
 */
import { join, resolve } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

const entries = {
  heliostat: 'dist/src/index.d.ts',
  'heliostat-memory': 'dist/src/memory.d.ts',
  'heliostat-directory': 'dist/src/directory.d.ts',
  'heliostat-cache': 'dist/src/cache.d.ts',
  'heliostat-controller': 'dist/src/controller.d.ts',
  'heliostat-machines': 'dist/machines/index.d.ts',
  'heliostat-testing': 'dist/src/testing/index.d.ts',
} as const;

function report(
  name: string,
  entry: string,
  localBuild: boolean,
): { readonly changed: boolean; readonly errors: readonly string[] } {
  const errors: string[] = [];
  const config = ExtractorConfig.prepare({
    configObjectFullPath: join(root, 'docs/api/nothing.json'),
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, entry),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.build.json') },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: join(root, 'docs/api'),
        reportTempFolder: join(root, '.programs/api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.None },
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) errors.push(message.text);
    },
  });
  return { changed: result.apiReportChanged, errors };
}

describe('the API report', () => {
  it.each(Object.entries(entries))('of %s is up to date', (name, entry) => {
    const isUpdating = process.env['HELIOSTAT_UPDATE'] === '1';
    const { changed, errors } = report(name, entry, isUpdating);
    expect(errors).toEqual([]);
    expect(isUpdating ? false : changed, 'run `npm run generate` and look at the difference').toBe(false);
  });
});
