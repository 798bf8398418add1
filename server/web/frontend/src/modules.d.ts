declare module "*.css";
declare module "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url" {
  const url: string;
  export default url;
}
// ODK Web Forms comes without its types; this is what we use of it.
declare module "@getodk/web-forms" {
  import type { Component, Plugin } from "vue";
  export const OdkWebForm: Component;
  export const webFormsPlugin: Plugin;
}
