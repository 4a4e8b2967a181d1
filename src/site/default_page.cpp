#include "site/default_page.h"

namespace rozaneh::site {

// From Debian's package nginx-common 1.22.1-9+deb12u10, file /usr/share/nginx/html/index.html, which it
// installs as /var/www/html/index.nginx-debian.html. Copyright (C) Nginx, Inc. and Igor Sysoev, under the
// BSD-2-clause licence: LICENSE.nginx beside this file.
const std::string_view kDefaultPage = R"page(<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
)page";

}  // namespace rozaneh::site
