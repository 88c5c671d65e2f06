import './lib/styles/tokens.css';
import './lib/styles/base.css';
import './lib/styles/prose.css';
import { mount } from 'svelte';
import App from './App.svelte';

const target = document.getElementById('app');
if (target) mount(App, { target });
