import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { applyTheme, storedTheme } from './theme.ts'
import './style/all.css'

applyTheme(storedTheme())
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
