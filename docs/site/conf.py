"""Sphinx's settings for the site. `make site` puts the pages beside a copy of this file."""

project = "gptlab"
html_title = "gptlab"
author = "gptlab contributors"
language = "en"

extensions = ["myst_nb", "gptlab.site.myst"]
templates_path = ["_templates"]
exclude_patterns = ["lessons.md"]  # included in the front page
nb_execution_mode = "off"  # pages show what the committed notebooks hold
nb_render_plugin = "gptlab"
nb_ipywidgets_js = {}  # widgets are drawn by our own script
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["gptlab/site.css"]
html_js_files = [
    ("gptlab/page.js", {"defer": "defer"}),
    ("gptlab/host.js", {"defer": "defer"}),
]
html_context = {"default_mode": "auto"}  # light or dark, as the system is
html_math_renderer = "mathml"
html_copy_source = False
html_use_index = False
html_show_sourcelink = False
html_show_search_summary = False  # a page opened from disk cannot read other pages
html_sidebars = {"**": ["lessons.html"]}
html_theme_options = {
    "article_header_start": [],
    "back_to_top_button": False,  # it covers what has the focus
    "footer_end": [],
    "footer_start": [],
    "logo": {"text": "gptlab"},
    "navbar_align": "right",
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    "primary_sidebar_end": [],
    "search_bar_text": "Search the course",
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
}
