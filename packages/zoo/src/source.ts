import { FlowzooError } from '@flowzoo/core';

/** Where preset files come from: the package's own folder, or a web address. */
export interface PresetSource {
  /** What errors call the place of a file. */
  locate(path: string): string;
  /** @throws E_FILE_READ */
  read(path: string, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Files below a base URL, for browsers and for mirrors of one's own. */
export function urlSource(baseUrl: string): PresetSource {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  const locate = (path: string): string => base + path;
  return {
    locate,
    async read(path, signal) {
      const address = locate(path);
      let response: Response;
      try {
        response = await fetch(address, signal === undefined ? {} : { signal });
      } catch (cause) {
        if (signal?.aborted === true)
          throw new FlowzooError('E_ABORTED', 'loading was aborted', { at: address, cause });
        throw new FlowzooError('E_FILE_READ', 'the address cannot be reached', {
          at: address,
          found: String(cause),
          remedy: 'Check the connection and the baseUrl',
          cause,
        });
      }
      // A development server answers 200 with its start page for a file it does not have.
      const type = response.headers.get('content-type') ?? '';
      if (!response.ok || type.includes('text/html')) {
        throw new FlowzooError('E_FILE_READ', 'the address has no such file', {
          at: address,
          expected: 'status 200 and the file',
          found: `status ${response.status}${type.includes('text/html') ? ' and an HTML page' : ''}`,
          remedy: 'The baseUrl must be the folder that holds index.json',
        });
      }
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}
