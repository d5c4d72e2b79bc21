// Files that the build brings in as text.
declare module '*.css' {
  const text: string;
  export default text;
}
