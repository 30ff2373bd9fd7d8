import type { BackendPluginSDK } from '@forgeportal/plugin-sdk';
import { coverAction, pageAction } from './actions';
import { teamsProvider } from './catalog';
import { routes } from './routes';
import { RotaService } from './service';

export function registerBackendPlugin(sdk: BackendPluginSDK): void {
  const service = new RotaService(sdk.config);
  sdk.registerBackendRoute({ path: '/', handler: routes(service, sdk.config) });
  sdk.registerActionProvider(pageAction(service));
  sdk.registerActionProvider(coverAction(service));
  sdk.registerCatalogProvider(teamsProvider(service));
}
